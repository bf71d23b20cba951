"""A day of mixed traffic: spend, the line on plans and budgets are those of hand arithmetic."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from farebox.billing.payer import Payer
from farebox.records.record import Record
from farebox.records.usage import Usage
from farebox.sinks.database import DatabaseSink
from sqlalchemy import Engine

from tests.cli.conftest import Command
from tests.support.samples import reading, record_of

# gpt-4o: 900 tokens in at $2.50 and 100 out at $10 a million are $0.00325 at list price.
LISTED = 3_250_000
USAGE = Usage(input_tokens=900, output_tokens=100)
NOW = datetime.now(UTC)
RULES = """
timezone: UTC
prices:
  - {match: {provider: anthropic}, billing: plan, monthly_usd: 200}
budgets:
  - {name: billed, scope: all, limit: 1 USD, window: 24h}
  - {name: listed, scope: all, limit: 1 USD, window: 24h, count: list}
"""
DAY: list[tuple[Payer, int]] = [
    (Payer("metered", "key_kind"), 4),
    (Payer("overage", "header", "claude"), 2),
    (Payer("byok", "answer"), 1),
    (Payer("plan", "header", "claude"), 41),
    (Payer("plan", "path", "zai_coding"), 3),
    (Payer("provisioned", "answer"), 5),
    (Payer("free_tier", "header", "codex"), 7),
]
BILLED, ON_PLANS = (4 + 2 + 1) * LISTED, (41 + 3 + 5) * LISTED


def day() -> list[Record]:
    """Return the rows of the day, an hour back from now."""
    started_at = int((NOW - timedelta(hours=1)).timestamp()) * 10**9
    values: dict[str, Any] = {"usage": USAGE, "started_at": started_at, "ratelimit": {"utilization_5h_percent": 12}}
    return [record_of(reading(**values, **payer._asdict())) for payer, number in DAY for _ in range(number)]


@pytest.fixture
def home(tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    (home / "farebox.yaml").write_text(RULES)
    DatabaseSink(engine).write(day(), {})
    monkeypatch.setenv("FAREBOX_LEDGER", engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("FAREBOX_CONFIG", str(home / "farebox.yaml"))
    return home


def test_spend_is_what_is_billed_and_plans_stand_beside_it(run: Command) -> None:
    told = json.loads(run("report", "--since", "24h", "--by", "billing", "--format", "json").out)

    assert told["total"]["cost_nanousd"] == BILLED == 22_750_000
    assert {row["billing"]: (row["calls"], row["cost_nanousd"]) for row in told["rows"]} == {
        "metered": (4, 4 * LISTED),
        "overage": (2, 2 * LISTED),
        "byok": (1, LISTED),
        "plan": (44, None),
        "provisioned": (5, None),
        "free_tier": (7, 0),
    }
    assert sum(plan["list_nanousd"] for plan in told["plans"]) == ON_PLANS == 159_250_000
    assert [(plan["plan"], plan["calls"]) for plan in told["plans"]] == [
        *(("claude", 41), ("provisioned", 5), ("zai_coding", 3))
    ]


def test_the_table_has_a_line_on_plans_and_one_on_each_with_a_price(run: Command) -> None:
    out = " ".join(run("report", "--since", "24h").out.split())

    assert "used on plans: $0.1592 at list price, not billed by the call (claude 41 calls, five-hour window 12 %" in out
    assert "claude: $0.1332 at list price" in out
    assert "($200 a month): $" in out


def test_a_budget_counts_what_is_billed_or_also_what_plans_have_paid_for(run: Command) -> None:
    told = json.loads(run("budgets", "--format", "json").out)

    used = {one["budget"]: one["used"] for one in told["budgets"]}
    assert used == {"billed": BILLED, "listed": BILLED + ON_PLANS}
