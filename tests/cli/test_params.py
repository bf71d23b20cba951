"""`farebox params`: what models refused, and the lines to paste."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from farebox.sinks.database import DatabaseSink

from tests.support.commands import Done, farebox
from tests.support.ledgers import new_ledger
from tests.support.samples import reading, record_of


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Done]:
    home = tmp_path / "home"
    home.mkdir()
    refused = {"params": {"user": True, "stop": 1}, "status": 422, "outcome": "http_error", "error_param": "user"}
    readings = [reading(params={"temperature": 1}), reading(host="api.mistral.ai", provider="mistral", **refused)]
    with new_ledger(home / "ledger.db") as engine:
        DatabaseSink(engine).write([record_of(one) for one in readings], {})
    return lambda *arguments: farebox(capfd, monkeypatch, "params", "--since", "all", *arguments, home=home)


def test_refused_parameters_are_listed_and_can_be_pasted(run: Callable[..., Done]) -> None:
    done = run()

    assert done.code == 0
    assert "\ndropParams: ['user']\n" in done.out
    assert "temperature" not in done.out
    assert "temperature" in run("--all").out
    assert json.loads(run("--format", "json").out)["drop_params"] == {"api.mistral.ai": ["user"]}


def test_without_a_refusal_nothing_is_to_be_done(run: Callable[..., Done]) -> None:
    assert run("--where", "provider=openai").out.startswith("No parameter was refused or is documented")
