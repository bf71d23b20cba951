"""A batch becomes rows, and each sink gets each row once."""

from collections.abc import Sequence

import pytest
from farebox.records import reading as readings
from farebox.records.record import Completion, Record
from farebox.records.text_size import TextSize
from farebox.records.usage import Usage
from farebox.sinks.database import DatabaseSink
from farebox.store import polls

from tests.support.ledgers import ids, locked
from tests.support.recorders import POISON, Environment, amounts, poll, started
from tests.support.samples import STARTED_AT, reading, record_of

ONCE = (1, 900, 0.00325)


def test_spooled_calls_become_rows_and_metrics(env: Environment) -> None:
    spooled = env.spool(reading(), reading())

    moved = env.start().step()

    assert (moved, ids(env.engine)) == (2, spooled)
    [first, _] = env.rows()
    assert (first["cost_nanousd"], first["sidecar"]) == (900 * 2_500 + 100 * 10_000, "here")
    assert env.value("tokens_total", provider="openai", model="gpt-4o", kind="input") == 1800


def test_a_call_keeps_the_name_of_its_sidecar(env: Environment) -> None:
    env.spool(reading(sidecar="elsewhere"))

    env.start().step()

    assert [row["sidecar"] for row in env.rows()] == ["elsewhere"]


def test_a_message_that_is_not_a_call_is_dead_lettered_and_counted_once(env: Environment) -> None:
    recorder = env.start()
    env.worker.append(b"no call")
    spooled = env.spool(reading())

    with locked(env.home / "ledger.db"):
        recorder.step()
        recorder.step()
    recorder.step()

    assert ids(env.engine) == spooled
    assert env.dead_letters() == [b"no call"]
    assert env.value("records_dead_lettered_total") == 1


def test_a_call_that_the_ledger_refuses_is_dead_lettered_and_counted(env: Environment) -> None:
    poison = reading(usage=POISON)
    calls = [reading(), poison, reading()]
    env.spool(*calls)
    recorder = env.start()

    assert [recorder.step(), recorder.step()] == [3, 0]
    assert ids(env.engine) == [calls[0].id, calls[2].id]
    assert env.dead_letters() == [readings.encode(poison)]
    assert env.value("records_dead_lettered_total") == 1
    assert env.value("tokens_total", provider="openai", model="gpt-4o", kind="input") == 1800


class RaisingSink:
    """A sink that fails on every batch, with a text that must not be logged."""

    def apply(self, new: Sequence[Record], changed: Sequence[Completion]) -> None:
        raise ValueError("secret")


class KeepingSink:
    """A sink that remembers what it was given."""

    def __init__(self) -> None:
        self.new: list[str] = []
        self.changed: list[str] = []

    def apply(self, new: Sequence[Record], changed: Sequence[Completion]) -> None:
        self.new += (record.id for record in new)
        self.changed += (completion.after.id for completion in changed)


def test_a_sink_that_raises_stops_neither_the_recorder_nor_other_sinks(
    env: Environment, caplog: pytest.LogCaptureFixture
) -> None:
    keeping = KeepingSink()
    env.sinks[:0] = [RaisingSink()]
    env.sinks.append(keeping)
    recorder = env.start()
    spooled: list[str] = []
    for _ in range(2):
        spooled += env.spool(reading())
        recorder.step()

    assert ids(env.engine) == keeping.new == spooled
    assert env.value("tokens_total", provider="openai", model="gpt-4o", kind="input") == 1800
    assert env.value("sink_failures_total", sink="test_ledger_writer") == 2
    assert caplog.text.count("sink test_ledger_writer failed (ValueError)") == 1
    assert "secret" not in caplog.text


def test_a_sink_gets_new_rows_and_changed_ones(env: Environment) -> None:
    keeping = KeepingSink()
    env.sinks.append(keeping)
    recorder = env.start()
    [call] = env.spool(started())
    recorder.step()
    env.spool(poll())
    recorder.step()

    assert (keeping.new, keeping.changed) == ([call], [call])


def test_only_the_owner_can_read_dead_letters(env: Environment) -> None:
    env.worker.append(b"no call")

    env.start().step()

    assert (env.home / "dead-letter").stat().st_mode & 0o077 == 0


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


def test_attempts_are_numbered_once_while_the_ledger_is_away(env: Environment) -> None:
    recorder = env.start()
    failed = {"request_hash": "a", "outcome": "http_error", "status": 500, "usage": Usage(), "duration_ms": 10}
    env.spool(reading(**failed), reading(**failed, started_at=STARTED_AT + 10**9))

    with locked(env.home / "ledger.db"):
        recorder.step()
    recorder.step()
    env.spool(reading(request_hash="a", started_at=STARTED_AT + 2 * 10**9))
    recorder.step()

    assert [row["attempt"] for row in env.rows()] == [None, 2, 3]


def test_estimates_learned_from_calls_are_used_and_survive_a_stop(env: Environment) -> None:
    sizes = TextSize(prompt_bytes=9000, answer_bytes=1000)
    env.spool(*(reading(sizes=sizes, request_bytes=9000) for _ in range(40)))
    env.start().run(lambda: True, lambda _seconds: None)
    [silent] = env.spool(reading(sizes=sizes, request_bytes=9000, usage=Usage()))
    env.start().step()

    [row] = [row for row in env.rows() if row["id"] == silent]
    assert row["usage_source"] == "estimated"
    assert row["input_tokens"] == pytest.approx(900, rel=0.05)
    low, high = row["estimate"]["input_tokens"]
    assert low < 900 < high < 1800
    assert env.value("tokens_total", provider="openai", model="gpt-4o", kind="input") == 40 * 900
