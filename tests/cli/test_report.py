"""`farebox report` as it is typed."""

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from farebox.cli.report import NAMES
from farebox.sinks.database import DatabaseSink
from farebox.store.engine import name, writer
from farebox.store.schema import calls
from sqlalchemy import Engine, delete

from tests.cli.conftest import NOW, Command
from tests.support.samples import record


def words(line: str) -> str:
    return " ".join(line.split())


def test_the_table_has_the_last_thirty_days_by_model(run: Command) -> None:
    done = run("report")

    title, _, first, second, total, note = done.out.splitlines()
    assert words(title) == "Spend by model, since 30d (Europe/Berlin)"
    assert words(first) == f"gpt-4o $0.00350 {'█' * 14} 1 1,000 80% 200 - - 900 ms 900 ms"
    assert words(second) == "gpt-9 ? 1 1 5 ? 7 - - ? ?"
    assert words(total).startswith("total $0.00350 2 1 1,005 80% 207")
    assert note.startswith("1 call unpriced")
    assert (done.code, done.err) == (0, "")


@pytest.mark.parametrize("by", [*NAMES, "provider,model", "day,user"])
def test_json_sums_equal_the_sum_of_rows(run: Command, by: str) -> None:
    told = json.loads(run("report", "--by", by, "--since", "all", "--format", "json").out)

    assert told["by"] == by.split(",")
    assert sum(row["cost_nanousd"] or 0 for row in told["rows"]) == 1_003_500_008 == told["total"]["cost_nanousd"]
    assert sum(row["calls"] for row in told["rows"]) == 3
    assert sum(Decimal(row["cost_usd"] or 0) for row in told["rows"]) == Decimal("1.003500008")


@pytest.mark.parametrize("by", NAMES)
def test_csv_sums_equal_the_sum_of_rows(run: Command, by: str) -> None:
    rows = list(csv.DictReader(io.StringIO(run("report", "--by", by, "--since", "all", "--format", "csv").out)))

    assert sum(int(row["cost_nanousd"] or 0) for row in rows) == 1_003_500_008


def test_what_the_wire_did_not_tell_is_unknown(run: Command) -> None:
    lines = [words(line) for line in run("report", "--by", "user").out.splitlines()]

    assert any(line.startswith("u1 $0.00350") for line in lines)
    assert any(line.startswith("(unknown) ? 1") for line in lines)


def test_days_come_in_their_order(run: Command) -> None:
    told = json.loads(run("report", "--by", "hour", "--format", "json").out)

    hours = [row["hour"] for row in told["rows"]]
    assert hours == sorted(hours)
    assert len(hours) == 2


@pytest.mark.parametrize(
    ("where", "calls"),
    [
        (["provider=openai"], 2),
        (["user="], 2),
        (["user=(unknown)"], 2),
        (["model=gpt-*", "user=u1"], 1),
        (["status=200", "model=claude*", "model=gpt-9"], 2),
    ],
)
def test_conditions_narrow_it(run: Command, where: list[str], calls: int) -> None:
    options = [word for condition in where for word in ("--where", condition)]

    assert json.loads(run("report", "--since", "all", "--format", "json", *options).out)["total"]["calls"] == calls


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--by", "colour"], "by: unknown name 'colour': use one of provider, model"),
        (["--by", "user,user"], "by: 'user,user' has a name twice, or two of month, week, day, hour"),
        (["--by", "day,hour"], "by: 'day,hour' has a name twice, or two of month, week, day, hour"),
        (["--where", "colour=red"], "where: unknown name 'colour': use one of provider"),
        (["--where", "openai"], "where: 'openai' is not NAME=VALUE"),
        (["--since", "9999"], "since: '9999' is outside the years 1970 to 9998: use a form such as 24h"),
        (["--until", "9999"], "until: '9999' is outside the years 1970 to 9998: use a form such as 24h"),
        (["--since", "2026-11", "--until", "2026-11"], "until: the span is empty: '2026-11' must be later than"),
        (["--since", "now"], "since: 'now' is not a valid time: use a form such as 24h"),
        (
            ["--ledger", "sqlite:////no/such/ledger.db"],
            "ledger sqlite:////no/such/ledger.db does not exist: nothing was recorded yet",
        ),
    ],
)
def test_what_cannot_be_answered_names_the_option_and_the_fix(run: Command, arguments: list[str], told: str) -> None:
    done = run("report", *arguments)

    assert done.code == 1
    assert done.err.startswith(f"farebox: {told}")
    assert done.err.count("\n") == 1


def test_sums_outlive_old_calls_and_what_they_lack_is_said(run: Command, engine: Engine) -> None:
    with writer(engine).begin() as connection:
        connection.execute(delete(calls).where(calls.c.started_at < NOW - timedelta(days=30)))

    by_model, by_conversation = (
        json.loads(run("report", "--since", "all", "--by", by, "--format", "json").out)
        for by in ("model", "conversation")
    )

    assert (by_model["total"]["cost_nanousd"], by_model["lacking"]) == (1_003_500_008, None)
    assert by_conversation["total"]["cost_nanousd"] == 3_500_001
    assert by_conversation["lacking"].startswith("Calls before ")
    assert "are deleted and not counted" in run("report", "--since", "all", "--by", "conversation").out
    assert "~" not in run("report").out
    assert run("report", "--by", "conversation", "--since", "all", "--format", "csv").err.startswith("Calls before ")


def test_an_hour_that_comes_twice_is_listed_in_the_order_of_time(run: Command, engine: Engine) -> None:
    times = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (1, 0)]
    DatabaseSink(engine).write([record(started_at=time, user_id="a") for time in times], {})

    found = json.loads(run("report", "--by", "user,hour", "--since", "2026-10-25", "--format", "json").out)

    assert [row["hour"] for row in found["rows"]] == ["2026-10-25 02:00 +0200", "2026-10-25 02:00 +0100"]


def test_no_calls_is_said(run: Command, engine: Engine) -> None:
    assert run("report", "--since", "2019").out.startswith(f"No calls since 2019 in {name(engine)}.")
    none = run("report", "--since", "2019", "--where", "provider=grok")
    assert none.out.startswith("No calls since 2019 with provider=grok in ")
    assert json.loads(run("report", "--since", "2019", "--by", "day", "--format", "json").out)["rows"] == []


def test_what_nobody_was_billed_for_is_not_unknown(run: Command, engine: Engine) -> None:
    refused = record(started_at=NOW, status=404, outcome="http_error", model_returned="m", cost_status="none")
    DatabaseSink(engine).write([refused], {})

    out = run("report", "--where", "status=404").out

    assert re.search(r"^m +- +1 +1", out, re.MULTILINE)


def test_keys_users_and_teams_have_their_names(run: Command, home: Path) -> None:
    settings = "users:\n  - {id: u1, name: Ann Example}\nteams:\n  - {id: research, name: Research}\n"
    (home.parent / "farebox.yaml").write_text(settings, encoding="utf-8")

    lines = [words(line) for line in run("report", "--by", "user").out.splitlines()]
    told = json.loads(run("report", "--by", "user,model", "--format", "json").out)["rows"]
    header, first, *_ = run("report", "--by", "user", "--format", "csv").out.splitlines()

    assert any(line.startswith("Ann Example $0.00350") for line in lines)
    assert {(row["user"], row["user_name"]) for row in told} == {("u1", "Ann Example"), (None, None)}
    assert (header.split(",")[:2], first.split(",")[:2]) == (["user", "user_name"], ["u1", "Ann Example"])


def test_a_condition_accepts_a_name(run: Command, home: Path) -> None:
    (home.parent / "farebox.yaml").write_text("users:\n  - {id: u1, name: Ann Example}\n", encoding="utf-8")

    told = json.loads(run("report", "--where", "user=Ann Example", "--format", "json").out)

    assert told["total"]["calls"] == 1


def test_a_key_without_a_name_is_its_fingerprint(run: Command, engine: Engine, home: Path) -> None:
    prints = ("3f2a91c04b7de610", "ffffffffffffffff")
    DatabaseSink(engine).write([record(started_at=NOW, key_fingerprint=one) for one in prints], {})
    settings = f"keys:\n  - {{name: production, fingerprint: {prints[0]}}}\n"
    (home.parent / "farebox.yaml").write_text(settings, encoding="utf-8")

    lines = [words(line).split()[0] for line in run("report", "--by", "key").out.splitlines()[2:] if words(line)]

    assert {"production", "ffffffffffffffff"} <= set(lines)


def test_lines_are_sorted_and_the_rest_is_counted_in_the_total(run: Command) -> None:
    done = run("report", "--by", "model", "--sort", "output", "--top", "1")

    assert [line.split()[0] for line in done.out.splitlines()[2:4]] == ["gpt-4o", "total"]
    assert "--top leaves out 1 line; the total has them." in done.out


def test_requests_that_repeat_are_told_by_month(run: Command) -> None:
    assert words(run("report", "--by", "month,request").out.splitlines()[1]).startswith("month request spend")


def test_a_report_is_in_the_currency_of_the_settings(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAREBOX_REPORT_CURRENCY", "EUR")
    first = f"{NOW - timedelta(days=20):%Y-%m-%d}"
    monkeypatch.setenv("FAREBOX_CURRENCY", f"[{{code: EUR, usd: 1.25, effective_from: {first}}}]")

    title, _, *lines = map(words, run("report", "--by", "provider", "--since", "all").out.splitlines())

    assert title == "Spend by provider, over all time (Europe/Berlin, EUR)"
    assert [line.split()[:2] for line in lines[:3]] == [
        ["openai", "€0.00280"],
        ["anthropic", "?"],
        ["total", "€0.00280+"],
    ]
    assert lines[3].startswith("$1.00 (100% of the cost in USD) is from before the first rate of EUR")
