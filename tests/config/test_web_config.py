"""The file of TLS and passwords."""

from pathlib import Path

import pytest
from farebox.config.web_config import NONE, WebConfig, read
from farebox.errors import SettingsError

HASH = "$2y$10$oajO9hnvvGsWBWOYbmdAe.J8TShA4L.6fZXHKJBSPDeGZMGInUZPy"


def written(folder: Path, content: str) -> str:
    path = folder / "web.yml"
    path.write_text(content)
    return str(path)


def test_no_file_is_plain_http_for_everyone() -> None:
    assert read("") == NONE
    assert NONE.scheme == "http"


def test_a_file_of_exporter_toolkit_is_read(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        f"tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n  min_version: TLS13\n"
        f"http_server_config:\n  headers:\n    X-Frame-Options: deny\nbasic_auth_users:\n  ann: {HASH}\n",
    )

    found = read(path)

    assert (found.scheme, found.basic_auth_users) == ("https", {"ann": HASH})


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    assert read(written(tmp_path, "")) == WebConfig()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("tls_server_confg: {}", "unknown field `tls_server_confg`"),
        ("tls_server_config: {cert_file: a}", "key_file"),
        ("basic_auth_users: {ann: secret}", "basic_auth_users: the password of 'ann' is not a bcrypt hash"),
        ("http_server_config: {headers: {Set-Cookie: x}}", "'Set-Cookie' cannot be set"),
        (
            "tls_server_config: {cert_file: a, key_file: b, client_auth_type: RequireAndVerifyClientCert}",
            "needs client_ca_file",
        ),
        ("a: [secret", "line 1 is not YAML"),
    ],
)
def test_a_mistake_is_named_and_no_password_quoted(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read(written(tmp_path, content))

    assert said in str(refused.value)
    assert "web.yml" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"web_config: .*missing\.yml cannot be read"):
        read(str(tmp_path / "missing.yml"))
