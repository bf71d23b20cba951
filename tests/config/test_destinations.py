"""Destinations as farebox.yaml holds them: a wrong one is refused with file, line and the nearest right word."""

from pathlib import Path

import msgspec
import pytest
from farebox.config.destinations import Destination, Digest, secret_variables
from farebox.config.settings import Settings, load
from farebox.errors import SettingsError

from tests.support.settings import PLACE, load_file

RIGHT = {"name": "ops", "type": "webhook", "url": "https://example.com/hook"}
BUDGET = "budgets:\n  - {name: office, scope: all, limit: 1 USD, window: day, notify: [NAME]}\n"


def written(**changes: str | None) -> str:
    """Return a file with one right destination and one that differs in `changes`, whose keys begin on line 6."""
    second = {key: value for key, value in ({**RIGHT, "name": "second"} | changes).items() if value is not None}
    lists = ("\n    ".join(f"{key}: {value}" for key, value in one.items()) for one in (RIGHT, second))
    return "destinations:\n" + "\n".join(f"  - {one}" for one in lists) + "\n"


def test_a_destination_holds_what_is_written() -> None:
    [_, found] = load_file(
        written(url=None, url_file="/run/hook", secret_files="[/run/new]", secret_envs="[OLD]")
    ).destinations

    assert found == Destination(
        "second", "webhook", url_file="/run/hook", secret_files=("/run/new",), secret_envs=("OLD",)
    )


def test_without_a_digest_none_is_sent_and_with_one_it_is_at_eight() -> None:
    assert load_file(written()).digest == Digest((), 8)
    assert load_file(written() + "digest: {notify: [ops]}").digest == Digest(("ops",), 8)


@pytest.mark.parametrize(
    ("changes", "line", "key", "hint"),
    [
        ({"name": "ops"}, 5, "name", "destinations[0]"),
        ({"name": "a b"}, 5, "name", "letters, digits"),
        ({"type": "webhok"}, 6, "type", "did you mean webhook?"),
        ({"url": None}, 5, "url", "write one of url, url_file"),
        ({"url_env": "HOOK"}, 7, "url", "write one of url, url_file"),
        ({"url": "example.com"}, 7, "url", "write https://HOST/PATH"),
        ({"url": "'http://[::1'"}, 7, "url", "write https://HOST/PATH"),
        ({"url": "https://me:canary@example.com"}, 7, "url", "holds a password: write url_file or url_env"),
        ({"type": "apprise", "url": "slack://canary"}, 7, "url", "hold secrets: write url_file or url_env"),
        ({"url": None, "url_env": "$HOOK"}, 7, "url_env", "without $"),
        ({"url": None, "url_env": "FAREBOX_HOOK"}, 7, "url_env", "use another name"),
        ({"secret_envs": "[FAREBOX_HOOK]"}, 8, "secret_envs", "use another name"),
        ({"secret_envs": "[A, B]", "secret_files": "[c]"}, 9, "secret_files", "at most 2 secrets"),
        ({"type": "alertmanager", "secret_envs": "[A]"}, 8, "secret_envs", "only a webhook is signed"),
        ({"secrets": "[A]"}, 8, "secrets", "docs/notifications.md describes the keys"),
    ],
    ids=str,
)
def test_a_wrong_destination_is_refused_with_file_line_and_fix(
    changes: dict[str, str | None], line: int, key: str, hint: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        load_file(written(**changes))

    assert str(refused.value).startswith(f"given.yaml:{line}: destinations[1].{key}: ")
    assert hint in str(refused.value)
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("osp", "'osp' is not a destination: did you mean ops? Known: ops, second"),
        ("xyz", "'xyz' is not a destination: write one of ops, second"),
        ("''", "has an empty name"),
    ],
)
def test_a_budget_that_notifies_nobody_we_know_is_refused_with_line_and_nearest_name(name: str, hint: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_file(BUDGET.replace("NAME", name) + written())

    assert str(refused.value).startswith("given.yaml:2: budgets[0].notify: ")
    assert hint in str(refused.value)


def test_without_destinations_a_name_says_where_they_go() -> None:
    with pytest.raises(SettingsError, match="add it to the key destinations"):
        load_file(BUDGET.replace("NAME", "ops"))


@pytest.mark.parametrize(
    ("digest", "hint"), [("{notify: [osp]}", "did you mean ops?"), ("{hour: 24}", "write 0 to 23")]
)
def test_a_wrong_digest_is_refused(digest: str, hint: str) -> None:
    with pytest.raises(SettingsError, match=rf"^{PLACE}digest\.") as refused:
        load_file(f"{written()}digest: {digest}")

    assert hint in str(refused.value)


def test_destinations_reach_a_child_process_whole(tmp_path: Path) -> None:
    (tmp_path / "given.yaml").write_text(written(secret_envs="[A]") + "digest: {notify: [ops], hour: 0}")
    settings = load(config=tmp_path / "given.yaml", environment={})

    read = msgspec.json.decode(msgspec.json.encode(settings), type=Settings)

    assert (read.destinations, read.digest) == (settings.destinations, settings.digest)


def test_the_variables_with_secrets_are_known() -> None:
    pager = Destination("pager", "webhook", url_env="PAGER_URL", secret_envs=("NEW", "OLD"))
    file = Destination("file", "webhook", url_file="/run/hook")

    assert secret_variables((pager, file)) == {"PAGER_URL", "NEW", "OLD"}
