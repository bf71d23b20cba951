"""A batch becomes rows, and each sink gets each row once."""

from collections.abc import Sequence
from typing import Any

import pytest
from farebox.errors import LedgerAwayError
from farebox.pricing.pricer import Pricer
from farebox.pricing.standard import standard
from farebox.recorder.batch_writer import BatchWriter
from farebox.recorder.estimates import RatioModel
from farebox.recorder.estimator_store import EstimatorStore
from farebox.records import reading as readings
from farebox.records.reading import Reading
from farebox.records.record import Completion, Record
from farebox.records.text_size import TextSize
from farebox.records.usage import Usage

from tests.support.ledgers import ids, locked, refusing
from tests.support.recorders import POISON, Environment, KeepingSink, batch_of, poll, started
from tests.support.samples import STARTED_AT, reading, record_of


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
    assert env.value("sink_failures_total", sink="test_batch_writer") == 2
    assert caplog.text.count("sink test_batch_writer failed (ValueError)") == 1
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


def test_attempts_are_numbered_once_while_the_ledger_is_away(env: Environment) -> None:
    recorder = env.start()
    failed = {"request_hash": "a", "outcome": "http_error", "status": 500, "usage": Usage(), "duration_ms": 10}
    env.spool(reading(**failed), reading(**failed, started_at=STARTED_AT + 10**9))

    with locked(env.home / "ledger.db"):
        recorder.step()
    recorder.step()
    env.spool(reading(request_hash="a", started_at=STARTED_AT + 2 * 10**9))
    recorder.step()

    assert [row["attempt"] for row in env.rows()] == [1, 2, 3]


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
    assert low < 900 < high < 2000
    assert env.value("tokens_total", provider="openai", model="gpt-4o", kind="input") == 40 * 900


LEARNED_FROM: dict[str, Any] = {"sizes": TextSize(prompt_bytes=9000, answer_bytes=1000), "request_bytes": 9000}


def test_a_batch_is_learned_from_once_and_only_after_its_commit(env: Environment) -> None:
    estimators, call = EstimatorStore(env.home), reading(**LEARNED_FROM)
    writer, batch = env.writer(estimators), batch_of(call)

    with locked(env.home / "ledger.db"):
        for _ in range(2):
            with pytest.raises(LedgerAwayError):
                writer.write(batch, [])
    before = estimators.model.state()
    writer.write(batch, [])

    expected = RatioModel()
    expected.learn(call)
    assert before == []
    assert estimators.model.state() == expected.state() != []


def test_a_refused_call_teaches_nothing(env: Environment) -> None:
    estimators = EstimatorStore(env.home)

    env.writer(estimators).write(batch_of(reading(**LEARNED_FROM, usage=POISON)), [])

    assert estimators.model.state() == []


def test_a_batch_is_priced_with_what_earlier_batches_taught(env: Environment) -> None:
    """Not with what it teaches itself: a batch that is tried again must give the same rows."""
    silent = reading(**LEARNED_FROM, usage=Usage())
    expected = record_of(silent).input_tokens

    env.writer().write(batch_of(*(reading(**LEARNED_FROM) for _ in range(40)), silent), [])

    assert [row["input_tokens"] for row in env.rows() if row["id"] == silent.id] == [expected]


def test_a_call_that_cannot_be_priced_is_dead_lettered(env: Environment, caplog: pytest.LogCaptureFixture) -> None:
    hostile, call = reading(), reading()
    pricers = iter([None, standard()])

    def pricer() -> Pricer:
        if (found := next(pricers)) is None:
            raise ZeroDivisionError
        return found

    BatchWriter(env.to, EstimatorStore(env.home), pricer, sidecar="here").write(batch_of(hostile, call), [])

    assert env.dead_letters() == [readings.encode(hostile)]
    assert ids(env.engine) == [call.id]
    assert "it cannot be priced (ZeroDivisionError)" in caplog.text


def test_closing_keeps_what_was_learned_and_what_waits_for_the_disk(env: Environment) -> None:
    estimators = EstimatorStore(env.home)
    writer = env.writer(estimators)
    (env.home / "dead-letter").write_bytes(b"not a folder")
    writer.write(batch_of(reading(**LEARNED_FROM), reading(usage=POISON)), [])
    (env.home / "dead-letter").unlink()

    writer.close()

    assert EstimatorStore(env.home).model.state() == estimators.model.state() != []
    assert len(env.dead_letters()) == 1


def of_job(name: str = "ftjob-1", **values: Any) -> Reading:
    """Return the poll that finds a fine-tuning job finished."""
    given = {"dialect": "fine_tuning", "operation": "fine_tuning", "completes": name, "finish_reason": "succeeded"}
    usage = Usage(units={"trained_tokens": 1_000_000})
    return reading(**{**given, "model_requested": None, "model_returned": "gpt-4.1-nano", "usage": usage, **values})


def test_the_result_of_work_begun_elsewhere_becomes_a_row_and_does_not_wait_for_ever(env: Environment) -> None:
    keeping = KeepingSink()
    env.sinks.append(keeping)
    writer = env.writer()
    result = of_job()
    writer.write(batch_of(result), [])

    writer.adopt_results()
    assert env.rows() == []
    writer.adopt_results()
    writer.write(batch_of(of_job()), [])
    for _ in range(3):
        writer.adopt_results()

    [row] = env.rows()
    assert (row["id"], row["response_id"], row["cost_nanousd"]) == (result.id, "ftjob-1", 1_500_000_000)
    assert keeping.new == [result.id]
    assert env.to.database.find_unmet() == []


def test_a_result_whose_call_comes_late_completes_that(env: Environment) -> None:
    writer = env.writer()
    call = of_job(completes=None, response_id="ftjob-1", finish_reason=None, usage=Usage(), is_pending=True)
    writer.write(batch_of(of_job()), [])
    writer.adopt_results()
    writer.write(batch_of(call), [])
    writer.adopt_results()

    [row] = env.rows()
    assert (row["id"], row["cost_nanousd"], row["cost_reasons"]) == (call.id, 1_500_000_000, None)


def test_a_result_that_the_ledger_refuses_is_a_dead_letter(env: Environment) -> None:
    writer = env.writer()
    result = of_job()
    writer.write(batch_of(result), [])

    with refusing(env.engine, "id", result.id):
        for _ in range(3):
            writer.adopt_results()
    writer.close()

    assert env.rows() == []
    assert len(env.dead_letters()) == 1
    assert env.to.database.find_unmet() == []


def test_only_results_of_jobs_are_rows_and_only_at_their_own_sidecar(env: Environment) -> None:
    writer = env.writer()
    looked_up = of_job("resp_1", dialect="openai_responses", operation="chat")
    writer.write(batch_of(looked_up, of_job(sidecar="elsewhere")), [])
    for _ in range(3):
        writer.adopt_results()

    assert env.rows() == []
    assert len(env.to.database.find_unmet()) == 2
