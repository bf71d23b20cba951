"""`farebox prices lint` as it is typed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from farebox.sinks.database import DatabaseSink

from tests.support.commands import Done, farebox
from tests.support.ledgers import new_ledger
from tests.support.samples import record

Command = Callable[..., Done]


OLLAMA = {"provider": "ollama", "host": "localhost:11434"}


RULES = """
prices:
  - match: {host: "*.openai.azure.com", deployment: prod}
    alias_of: openai/gpt-4o
    multiplier: 0.5
  - match: {model: "internal-*"}
    per_request: 0.002
"""


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """Run `farebox prices` with the data folder `home`, beside which farebox.yaml can be."""
    return lambda *arguments: farebox(capfd, monkeypatch, "prices", *arguments, home=tmp_path / "home")


def write(content: str, folder: Path) -> None:
    (folder / "farebox.yaml").write_text(content, encoding="utf-8")


def test_lint_is_content_with_nothing(run: Command, tmp_path: Path) -> None:
    write("port: 8081", tmp_path)

    assert run("lint") == Done(0, "0 rules in `prices`: no findings.\n", "")


def test_lint_says_that_there_is_no_file_to_look_into(run: Command, tmp_path: Path) -> None:
    assert run("lint").err == f"There is no farebox.yaml in {tmp_path}: --config FILE names one elsewhere.\n"


def test_lint_names_the_rules_that_the_ledger_has_no_use_for_and_the_models_that_lack_one(
    run: Command, tmp_path: Path
) -> None:
    write(RULES, tmp_path)
    (tmp_path / "home").mkdir()
    at = datetime.now(UTC) - timedelta(days=1)
    with new_ledger(tmp_path / "home" / "ledger.db") as engine:
        rows = [
            record(started_at=at, model_requested="internal-7b"),
            *(record(started_at=at, model_requested="llama4", cost_status="unpriced", **OLLAMA) for _ in range(2)),
        ]
        DatabaseSink(engine).write(rows, {})

    done = run("lint")

    since = f"{datetime.now(UTC) - timedelta(days=30):%Y-%m-%d}"
    assert done.code == 1
    findings, _, lines = done.out.partition("\n\n")
    assert findings.splitlines() == [
        f"prices[0]: matches none of the 3 calls in the ledger since {since}",
        "2 rules in `prices`: 1 finding.",
    ]
    assert lines.splitlines()[2:] == [
        "prices:",
        "  # 2 calls to localhost:11434",
        '  - match: {host: "localhost", port: 11434, model: "llama4"}',
        "    local: {mode: free}",
    ]


def test_a_mistake_in_a_rule_is_named_by_lint_too(run: Command, tmp_path: Path) -> None:
    write("prices: [{match: {model: a}, per_mtok: {inptu: 1}}]", tmp_path)

    done = run("lint")

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("farebox: farebox.yaml:1: prices[0].per_mtok.inptu: there is no such key")
