"""`farebox availability`: failures by kind, from the ledger."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from farebox.sinks.database import DatabaseSink

from tests.support.commands import Done, farebox
from tests.support.ledgers import new_ledger
from tests.support.samples import reading, record_of

FAILED = {"provider": "mistral", "host": "api.mistral.ai", "outcome": "http_error"}


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Done]:
    home = tmp_path / "home"
    home.mkdir()
    readings = [reading(), reading(), *(reading(**FAILED, status=status) for status in (429, 503, 400))]
    readings += [reading(provider="mistral", host="api.mistral.ai", outcome="network_error", status=None)]
    with new_ledger(home / "ledger.db") as engine:
        DatabaseSink(engine).write([record_of(one) for one in readings], {})
    return lambda *arguments: farebox(capfd, monkeypatch, "availability", "--since", "all", *arguments, home=home)


def test_failures_are_shown_by_kind_the_worst_first(run: Callable[..., Done]) -> None:
    lines = [line.split() for line in run().out.splitlines()[2:]]

    assert lines == [["mistral", "0.00%", "3", "1", "1", "1", "1"], ["openai", "100.00%", "2"]]


def test_counts_are_exact_in_json(run: Callable[..., Done]) -> None:
    [worst, best] = json.loads(run("--format", "json", "--by", "host").out)

    assert worst == {
        "host": "api.mistral.ai",
        "available": 0,
        "calls": 3,
        "answered": 0,
        "not_counted": 1,
        "rate_limited": 1,
        "server_error": 1,
        "unreachable": 1,
        "cut": 0,
    }
    assert (best["host"], best["available"]) == ("api.openai.com", 1)


def test_a_ledger_without_calls_says_so(run: Callable[..., Done]) -> None:
    assert run("--where", "provider=nobody").out.startswith("No calls since all in ")
