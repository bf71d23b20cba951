"""`farebox alerts test` as it is typed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.support.commands import farebox
from tests.support.receiver import Receiver

FILE = """
destinations:
  - {name: ops, type: webhook, url: "URL/canary-path", secret_envs: [HOOK_SECRET]}
  - {name: pager, type: alertmanager, url: "URL"}
"""


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def file(tmp_path: Path, receiver: Receiver) -> Path:
    receiver.posts.clear()
    path = tmp_path / "farebox.yaml"
    path.write_text(FILE.replace("URL", receiver.url), encoding="utf-8")
    return path


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, file: Path) -> Command:
    monkeypatch.setenv("HOOK_SECRET", "canary-secret")
    return lambda *arguments: farebox(capfd, monkeypatch, *arguments, "--config", str(file), home=file.parent / "home")


def test_each_destination_gets_a_test_message_and_it_says_what_came_back(run: Command, receiver: Receiver) -> None:
    receiver.answer = lambda post: 500 if post.path.startswith("/api") else 200

    done = run("alerts", "test")

    assert done.out.splitlines() == ["✓ ops (webhook): taken", "✗ pager (alertmanager): HTTP 500"]
    assert done.code == 1
    hook, _ = receiver.posts
    assert (hook.json["kind"], "x-farebox-signature" in hook.headers) == ("test", True)


def test_one_destination_can_be_named_and_no_secret_is_printed(run: Command, receiver: Receiver) -> None:
    receiver.answer = lambda _post: 302

    done = run("alerts", "test", "ops")

    assert done.out == "✗ ops (webhook): HTTP 302: it redirects, which is not followed: use the final URL\n"
    assert (done.code, len(receiver.posts)) == (1, 1)
    assert "canary" not in done.out + done.err


def test_a_variable_that_is_not_set_is_named(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOOK_SECRET")

    assert "secret_envs: the variable HOOK_SECRET is not set where the sidecar runs" in run("alerts", "test", "ops").out


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("osp", None, "farebox: 'osp' is not a destination: did you mean ops? Known: ops, pager"),
        ("ops", "port: 0", "farebox: destinations: there are none: add some to farebox.yaml as docs/notifications.md"),
    ],
)
def test_a_destination_that_is_none_is_refused(
    run: Command, file: Path, name: str, content: str | None, error: str
) -> None:
    file.write_text(content or file.read_text())

    done = run("alerts", "test", name)

    assert (done.code, done.err.startswith(error)) == (1, True)
