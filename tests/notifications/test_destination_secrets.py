"""URLs and secrets come from files and the environment, and no error shows them."""

from pathlib import Path

import pytest
from farebox.config.destinations import Destination
from farebox.notifications.delivery_error import DeliveryError
from farebox.notifications.destination_secrets import secrets_of, url_of

SET = {"HOOK": " https://example.com/canary\n", "KEY": "old", "EMPTY": ""}


def test_a_url_is_read_where_it_is_kept(tmp_path: Path) -> None:
    (tmp_path / "hook").write_text("https://example.com/file\n")

    found = [
        url_of(Destination("a", "webhook", "https://example.com"), SET),
        url_of(Destination("a", "webhook", url_file=str(tmp_path / "hook")), SET),
        url_of(Destination("a", "webhook", url_env="HOOK"), SET),
    ]

    assert found == ["https://example.com", "https://example.com/file", "https://example.com/canary"]


def test_secrets_of_files_come_first(tmp_path: Path) -> None:
    (tmp_path / "new").write_text("new\n")
    destination = Destination("a", "webhook", "https://x", secret_files=(str(tmp_path / "new"),), secret_envs=("KEY",))

    assert secrets_of(destination, SET) == [b"new", b"old"]


@pytest.mark.parametrize("content", [None, b"", b"  \n", b"canary" * 9999, b"canary\xff"])
def test_what_is_missing_is_named_and_nothing_is_sent_unsigned(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(DeliveryError, match=r"^secret_files: .*/key ") as refused:
        secrets_of(Destination("a", "webhook", "https://x", secret_files=(str(path),)), SET)

    assert "canary" not in str(refused.value)


@pytest.mark.parametrize("name", ["EMPTY", "NONE"])
def test_a_variable_that_is_not_set_is_named(name: str) -> None:
    with pytest.raises(DeliveryError, match=f"url_env: the variable {name} is not set"):
        url_of(Destination("a", "webhook", url_env=name), SET)
