"""Background work: a poll completes the row of its work exactly once, whatever comes first."""

from collections.abc import Sequence

import msgspec
import pytest
from farebox.records.record import Completion
from farebox.records.usage import Usage
from farebox.sinks.batch import Found, Links
from farebox.sinks.database import DatabaseSink
from farebox.store import polls

from tests.support.ledgers import locked
from tests.support.recorders import Environment, KeepingSink, amounts, batch_of, poll, started
from tests.support.samples import record_of

ONCE = (1, 900, 0.00325)


def counted(env: Environment) -> tuple[float | None, float | None, float | None]:
    place = {"provider": "openai", "model": "gpt-4o"}
    calls = env.value("calls_total", **place, operation="chat", outcome="ok", status="200")
    cost = env.value("cost_usd_total", **place, cost_status="priced")
    return calls, env.value("tokens_total", **place, kind="input"), cost


@pytest.mark.parametrize("batches", [1, 2, 3], ids=["in one batch", "in the next", "after a new start"])
def test_a_poll_completes_the_row_of_its_work_exactly_once(env: Environment, batches: int) -> None:
    recorder = env.start()
    [call] = env.spool(started())
    if batches > 1:
        recorder.step()
    env.spool(poll(), poll(2), poll(3, usage=Usage(), is_pending=True))
    recorder = env.start() if batches > 2 else recorder
    recorder.step()
    env.spool(poll(4))
    recorder.step()

    assert amounts(env.rows()) == [(call, 900, 3_250_000)]
    assert counted(env) == ONCE


def test_a_poll_before_its_row_waits_for_it_across_a_restart(env: Environment) -> None:
    env.spool(poll(), poll(2))
    env.start().step()
    assert amounts(env.rows()) == []

    [call] = env.spool(started())
    env.start().step()
    env.spool(poll(3))
    env.start().step()

    assert amounts(env.rows()) == [(call, 900, 3_250_000)]
    assert counted(env) == ONCE


def test_a_poll_and_its_row_from_two_recorders_at_the_same_time_are_joined(env: Environment) -> None:
    env.spool(poll())
    env.start().step()
    # The other recorder had looked for looks before that one was there.
    DatabaseSink(env.engine).write([record_of(started())], {})
    assert [amount[1:] for amount in amounts(env.rows())] == [(None, None)]

    env.start().step()

    assert [amount[1:] for amount in amounts(env.rows())] == [(900, 3_250_000)]
    with env.engine.connect() as connection:
        assert polls.waiting(connection, ["resp_1"]) == []


def test_a_batch_with_a_poll_that_is_read_twice_counts_once(env: Environment) -> None:
    [call] = env.spool(started())
    recorder = env.start()
    recorder.step()
    env.spool(poll())

    with locked(env.home / "ledger.db"):
        recorder.step()
    assert counted(env)[1] is None
    recorder.step()

    assert amounts(env.rows()) == [(call, 900, 3_250_000)]
    assert counted(env) == ONCE


def test_a_row_that_another_recorder_completed_is_counted_by_that_one_alone(
    env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    [call] = [started()]
    writer = env.writer()
    writer.write(batch_of(call), [])
    find = DatabaseSink.find

    def completed_meanwhile(sink: DatabaseSink, response_ids: Sequence[str]) -> Found:
        found = find(sink, response_ids)
        row = found.rows[0]
        whole = msgspec.structs.replace(row, usage_source="reported", input_tokens=7)
        DatabaseSink(env.engine).write([], {}, links=Links([Completion(row, whole)]))
        return found

    monkeypatch.setattr(DatabaseSink, "find", completed_meanwhile)
    keeping = KeepingSink()
    env.sinks.append(keeping)
    writer.write(batch_of(poll()), [])

    assert amounts(env.rows()) == [(call.id, 7, None)]
    assert keeping.changed == []
    assert counted(env)[1] is None


def test_a_poll_that_found_nothing_is_no_row_and_waits_for_none(env: Environment) -> None:
    env.writer().write(batch_of(poll(finish_reason=None), poll(2, status=404)), [])

    with env.engine.connect() as connection:
        assert polls.waiting(connection, ["resp_1"]) == []
    assert env.rows() == []
