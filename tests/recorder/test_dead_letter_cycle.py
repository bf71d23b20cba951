"""From the ledger that refuses a call, through the dead letters and the spool, back to the ledger."""

from farebox.config.settings import load
from farebox.recorder.requeue import Requeued
from farebox.recorder.requeue import requeue as requeue_of
from farebox.records import reading as readings

from tests.support.ledgers import ids, refusing
from tests.support.recorders import POISON, Environment, poll, started
from tests.support.samples import reading


def requeue(env: Environment) -> Requeued:
    return requeue_of(load({"home": str(env.home)}, environment={}))


def test_calls_that_the_ledger_accepts_now_are_recorded_once(env_on_each: Environment) -> None:
    env = env_on_each
    recorder, other = env.start(), reading(provider="anthropic")
    with refusing(env.engine, "provider", "openai"):
        spooled = env.spool(reading(), other, reading())
        recorder.step()
    before = (ids(env.engine), len(env.dead_letters()))

    for _ in range(2):
        requeue(env)
        recorder.step()

    assert before == ([other.id], 2)
    assert (ids(env.engine), env.dead_letters()) == (sorted(spooled), [])
    assert [folder.name for folder in (env.home / "spool").iterdir()] == ["worker"]


def test_a_call_that_is_refused_again_is_a_dead_letter_again(env_on_each: Environment) -> None:
    env = env_on_each
    recorder, poison = env.start(), reading(usage=POISON)
    env.spool(reading(), poison)
    recorder.step()

    for times in (2, 3):
        assert requeue(env).calls == 1
        assert env.dead_letters() == []
        recorder.step()

        assert env.dead_letters() == [readings.encode(poison)]
        assert env.value("records_dead_lettered_total") == times


def test_a_refused_poll_completes_its_row_once_the_ledger_accepts_it(env: Environment) -> None:
    recorder = env.start()
    [call] = env.spool(started())
    recorder.step()
    env.spool(poll(finish_reason="refused"), reading())
    trigger = "BEFORE UPDATE ON calls WHEN NEW.finish_reason = 'refused' BEGIN SELECT RAISE(ABORT, 'refused'); END"
    with env.engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE TRIGGER refusing {trigger}")
    recorder.step()
    before = recorder.health.is_behind
    with env.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER refusing")

    recorder.step()

    assert before
    assert [row["input_tokens"] for row in env.rows() if row["id"] == call] == [900]


def test_a_hostile_poll_is_a_dead_letter_that_can_be_read(env: Environment) -> None:
    recorder = env.start()
    env.spool(started())
    recorder.step()
    bad = poll(usage=POISON)
    env.spool(bad)

    recorder.step()

    assert env.dead_letters() == [readings.encode(bad)]
    assert requeue(env).calls == 1
