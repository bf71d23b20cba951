"""`farebox tail`: the last calls, and new ones as they end."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from farebox.cli import tail
from farebox.errors import LedgerAwayError
from farebox.sinks.database import DatabaseSink
from farebox.store import queries
from sqlalchemy import Engine

from tests.cli.conftest import NOW, Command
from tests.support.samples import record


def test_tail_prints_the_last_calls_in_their_order(run: Command) -> None:
    lines = run("tail", "--no-follow", "-n", "2").out.splitlines()

    assert [line.split("\t")[5] for line in lines] == ["gpt-9", "gpt-4o"]


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


@pytest.mark.parametrize(
    ("number", "models"), [("0", []), ("1", ["gpt-4o"]), ("9", ["claude-sonnet-4-5", "gpt-9", "gpt-4o"])]
)
def test_the_number_of_past_calls_is_an_option(run: Command, number: str, models: list[str]) -> None:
    lines = run("tail", "--no-follow", "--lines", number).out.splitlines()

    assert [
        next(word for word in line.split() if word in {"gpt-4o", "gpt-9", "claude-sonnet-4-5"}) for line in lines
    ] == models


@pytest.mark.usefixtures("home")
def test_tail_waits_while_the_ledger_cannot_be_reached(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    real, polls = queries.call_ids_since, iter([True, False, False, True, True])

    def ids(engine: Engine, start: datetime) -> set[str]:
        if not next(polls):
            raise LedgerAwayError("the database is stopped")
        return real(engine, start)

    monkeypatch.setattr("farebox.cli.tail.queries.call_ids_since", ids)
    new = record(started_at=datetime.now(UTC))
    monkeypatch.setattr("farebox.cli.tail.time.sleep", lambda _seconds: DatabaseSink(engine).write([new], {}))

    assert next(tail.new_calls(engine))["id"] == new.id
    assert next(polls) is True


@pytest.mark.usefixtures("home")
def test_tail_reads_the_last_minutes_and_at_times_the_last_hours(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long call is found by its start, which only the longer reach includes."""
    reaches: list[int] = []
    stop = RuntimeError("enough")

    def ids(_engine: Engine, start: datetime) -> set[str]:
        reaches.append(round((datetime.now(UTC) - start).total_seconds() / 60))
        if len(reaches) > 23:
            raise stop
        return set()

    monkeypatch.setattr("farebox.cli.tail.queries.call_ids_since", ids)
    monkeypatch.setattr("farebox.cli.tail.time.sleep", lambda _seconds: None)

    with pytest.raises(RuntimeError, match="enough"):
        next(tail.new_calls(engine))

    assert reaches == [360, *[5] * 19, 360, 360, 5, 5]
