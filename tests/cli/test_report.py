"""`farebox report`, `show` and `tail` as they are typed."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from farebox.cli import tail
from farebox.cli.report import NAMES
from farebox.sinks.database import DatabaseSink
from farebox.store.engine import name, writer
from farebox.store.schema import calls, hourly
from msgspec.structs import replace
from sqlalchemy import Engine, delete

from tests.records.test_reading import FULL
from tests.support.commands import Done, farebox
from tests.support.samples import record, record_of

Command = Callable[..., Done]
NOW = datetime.now(UTC)
ROWS = [
    record(
        id="0190aaaa-0000-7000-8000-000000000001",
        started_at=NOW - timedelta(hours=1),
        model_returned="gpt-4o",
        status=200,
        input_tokens=1_000,
        cache_read_tokens=800,
        output_tokens=200,
        cost_nanousd=3_500_001,
        duration_ms=900,
        response_id="chatcmpl-1",
        user_id="u1",
    ),
    record(
        id="0190aaaa-0000-7000-8000-000000000002",
        started_at=NOW - timedelta(hours=2),
        model_requested="gpt-9",
        status=200,
        input_tokens=5,
        output_tokens=7,
        cost_status="unpriced",
        cost_reasons=["unknown_model"],
    ),
    record(
        id="0190bbbb-0000-7000-8000-000000000003",
        started_at=NOW - timedelta(days=40),
        provider="anthropic",
        model_returned="claude-sonnet-4-5",
        cost_nanousd=1_000_000_007,
        status=200,
        outcome="client_abort",
        cost_status="partial",
    ),
]


@pytest.fixture
def home(tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    DatabaseSink(engine).write(ROWS, {})
    monkeypatch.setenv("FAREBOX_LEDGER", engine.url.render_as_string(hide_password=False))
    return home


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, home: Path) -> Command:
    return lambda *arguments: farebox(capfd, monkeypatch, *arguments, home=home)


def words(line: str) -> str:
    return " ".join(line.split())


def test_the_table_has_the_last_thirty_days_by_model(run: Command) -> None:
    done = run("report")

    title, _, first, second, total, note = done.out.splitlines()
    assert words(title) == "Spend by model, since 30d (Europe/Berlin)"
    assert words(first) == f"gpt-4o $0.00350 {'█' * 14} 1 1,000 80% 200 900 ms 900 ms"
    assert words(second) == "gpt-9 ? 1 1 5 ? 7 ? ?"
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
        (["--by", "colour"], "by: there is no 'colour' to sum up by: name one of provider, model"),
        (["--by", "user,user"], "by: 'user,user' names the same twice"),
        (["--by", "day,hour"], "by: 'day,hour' names the same twice"),
        (["--where", "colour=red"], "where: there is no 'colour' to choose by: name one of provider"),
        (["--where", "openai"], "where: 'openai' is no NAME=VALUE"),
        (["--since", "now"], "since: 'now' is not a valid time: use a form such as 24h"),
        (
            ["--ledger", "sqlite:////no/such/ledger.db"],
            "ledger sqlite:////no/such/ledger.db is not there: nothing was recorded yet",
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
    assert "are gone and not counted" in run("report", "--since", "all", "--by", "conversation").out
    assert "~" not in run("report").out
    assert run("report", "--by", "conversation", "--since", "all", "--format", "csv").err.startswith("Calls before ")


def test_sums_are_held_against_the_calls_where_that_is_asked_for(run: Command, engine: Engine) -> None:
    with writer(engine).begin() as connection:
        connection.execute(delete(hourly["hourly_by_caller"]))

    said = [run("migrate", "--rebuild").out.splitlines()[-1] for _ in range(2)]

    assert [one.split(" had ")[0] for one in said] == ["3 hours", "0 hours"]


def test_no_calls_is_said(run: Command, engine: Engine) -> None:
    assert run("report", "--since", "2019").out.startswith(f"No calls since 2019 in {name(engine)}.")
    none = run("report", "--since", "2019", "--where", "provider=grok")
    assert none.out.startswith("No calls since 2019 with provider=grok in ")
    assert json.loads(run("report", "--since", "2019", "--by", "day", "--format", "json").out)["rows"] == []


@pytest.mark.parametrize(
    "name", ["0190aaaa-0000-7000-8000-000000000001", "0190AAAA-0000-7000-8000-000000000001", "chatcmpl-1", "00000001"]
)
def test_a_call_is_shown_by_its_id_or_the_provider_s(run: Command, name: str) -> None:
    out = run("show", name).out

    assert re.search(r"^cost_nanousd +3,500,001 \(\$0\.003500001\)", out, re.MULTILINE)
    assert re.search(r"^user_id +u1", out, re.MULTILINE)


def test_every_fact_that_a_call_can_have_is_shown(run: Command, engine: Engine) -> None:
    full = replace(record_of(FULL), estimate={"output_tokens": [80, 140], "cost_nanousd": [4_970_000, 9_547_500]})
    DatabaseSink(engine).write([full], {})

    out = run("show", full.id).out

    shown = dict(line.strip().split(maxsplit=1) for line in out.splitlines() if "estimate." in line)
    assert shown == {
        "estimate.output_tokens": "80, 140",
        "estimate.cost_nanousd": "4,970,000 ($0.004970000), 9,547,500 ($0.009547500)",
    }


def test_what_nobody_was_billed_for_is_not_unknown(run: Command, engine: Engine) -> None:
    refused = record(started_at=NOW, status=404, outcome="http_error", model_returned="m", cost_status="none")
    DatabaseSink(engine).write([refused], {})

    out = run("report", "--where", "status=404").out

    assert re.search(r"^m +- +1 +1", out, re.MULTILINE)


def test_a_call_without_a_price_is_shown_with_the_lines_to_add(run: Command) -> None:
    out = run("show", "0190aaaa-0000-7000-8000-000000000002").out

    lines = '  - match: {provider: openai, model: "gpt-9"}\n    per_mtok: {input: ..., output: ...}'
    assert out.rstrip().endswith(f"prices:\n{lines}")


def test_the_beginning_of_an_id_that_several_have_lists_them(run: Command) -> None:
    lines = run("show", "0190aaaa").out.splitlines()

    assert lines[0] == "2 calls have such an id:"
    assert [line[:36] for line in lines[1:]] == [ROWS[0].id, ROWS[1].id]


@pytest.mark.parametrize("given", ["nothing", "019", "%", "0190____"])
def test_no_such_call_is_an_error(run: Command, engine: Engine, given: str) -> None:
    done = run("show", given)

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"farebox: there is no call '{given}' in {name(engine)}: ")


def test_tail_prints_the_last_calls_in_their_order(run: Command) -> None:
    lines = run("tail", "--no-follow", "-n", "2").out.splitlines()

    assert [words(line).split()[5] for line in lines] == ["gpt-9", "gpt-4o"]


@pytest.mark.usefixtures("home")
def test_tail_goes_on_with_new_calls_also_late_ones(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row comes when its call ends: one that began an hour ago is news too."""
    monkeypatch.setattr(tail, "POLL_SECONDS", 0.01)
    calls: Iterator[dict[str, object]] = tail.new_calls(engine)
    new, late = record(started_at=datetime.now(UTC)), record(started_at=NOW - timedelta(hours=1))
    slow = iter([new, late])

    def write_one(_seconds: float) -> None:
        if (one := next(slow, None)) is not None:
            DatabaseSink(engine).write([one], {})

    monkeypatch.setattr("farebox.cli.tail.time.sleep", write_one)

    assert [next(calls)["id"], next(calls)["id"]] == [new.id, late.id]
