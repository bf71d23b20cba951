"""From a call that uses up a budget to the webhook's POST: two sidecars with one ledger tell it once."""

import json
import os
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from farebox.notifications.signature import is_genuine

from tests.conftest import StartSidecar
from tests.support.postgres import Postgres
from tests.support.processes import kill_child
from tests.support.receiver import Receiver
from tests.support.sidecar import Sidecar, wait_until
from tests.support.upstream import Asked, Step, Upstream, plain

URL = "https://api.openai.com/v1/chat/completions"
SETTINGS = """
timezone: UTC
destinations:
  - {name: ops, type: webhook, url_file: FOLDER/url, secret_envs: [HOOK_SECRET]}
budgets:
  - {name: office, scope: all, limit: 0.01 USD, window: month, notify: [ops]}
"""
SECRET = "canary-hook-secret"
_SECONDS = 90


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def answer(asked: Asked) -> list[Step]:
    usage = {"prompt_tokens": 1000, "completion_tokens": 500, "total_tokens": 1500}
    body = {"id": "c", "model": json.loads(asked.body)["model"], "choices": [], "usage": usage}
    return plain(json.dumps(body).encode())


def call(sidecar: Sidecar) -> None:
    """Make a call that costs 0.0075 USD."""
    context = ssl.create_default_context(cafile=sidecar.ca)
    with httpx2.Client(proxy=sidecar.proxy, verify=context, timeout=60) as client:
        body = {"model": "gpt-4o", "messages": [], "user": "ann"}
        assert client.post(URL, json=body).status_code == 200


def kill_recorder(sidecar: Sidecar) -> None:
    """kill -9 the recorder, and wait until the next one has computed its figures."""
    killed = time.time()
    kill_child(sidecar.process.pid, "farebox.recorder")
    wait_until(lambda: computed(sidecar) > killed, seconds=_SECONDS)


def computed(sidecar: Sidecar) -> float:
    """Return when the figures of budgets were computed; 0 if they were not yet, or nobody answers."""
    try:
        return sidecar.metrics().get("farebox_budget_computed_timestamp_seconds", 0.0)
    except OSError:
        return 0.0


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_sidecars_tell_a_budget_once_whatever_is_killed(
    upstream: Upstream,
    start_sidecar: StartSidecar,
    postgres: Postgres,
    database: str,
    receiver: Receiver,
    tmp_path: Path,
) -> None:
    upstream.answer = answer
    (tmp_path / "url").write_text(f"{receiver.url}/canary-path")
    (tmp_path / "farebox.yaml").write_text(SETTINGS.replace("FOLDER", str(tmp_path)))
    arguments = ("--config", str(tmp_path / "farebox.yaml"), "--ledger", postgres.url(database))
    one, other = (
        start_sidecar(upstream, *arguments, home=home, environment={"HOOK_SECRET": SECRET}) for home in ("one", "other")
    )
    receiver.answer = lambda _post: 200 if len(receiver.posts) > 1 else "break"

    call(one)
    call(one)
    began = time.time()
    wait_until(lambda: len(receiver.posts) >= 2, seconds=_SECONDS)
    print(f"\nfrom the call to the first POST: {receiver.posts[0].at - began:.1f} s")
    for sidecar in (one, other, one, other, one):
        kill_recorder(sidecar)

    assert len(receiver.ids) == 2
    assert len(set(receiver.ids)) == 1
    told = receiver.posts[-1]
    assert is_genuine(told.headers["x-farebox-signature"], told.body, SECRET.encode(), told.at)
    assert (told.json["budget"]["used"], told.json["budget"]["threshold"]) == (15_000_000, 1.0)
    assert [model["name"] for model in told.json["top"]["models"]] == ["gpt-4o"]
    logged = one.log.read_text() + other.log.read_text()
    assert "destination ops did not take a notification (the connection broke off" in logged
    assert "canary" not in logged
    assert os.fspath(tmp_path / "url") not in logged
