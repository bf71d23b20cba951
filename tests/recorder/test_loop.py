"""From the spool to the ledger, exactly once, whatever is unavailable."""

import logging
import shutil
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from farebox.config import spool_limits as limits_module
from farebox.errors import LedgerAwayError
from farebox.recorder import ledger_outage as outage_module
from farebox.recorder.batch_writer import BATCH
from farebox.recorder.health import Health
from farebox.spool.reader import SpoolReader
from farebox.spool.telemetry import Heartbeat
from farebox.store import queries

from tests.support.ledgers import ids, locked
from tests.support.recorders import Environment
from tests.support.samples import reading
from tests.support.sidecar import wait_until


def test_a_step_without_calls_moves_nothing(env: Environment) -> None:
    recorder = env.start()

    assert (recorder.step(), recorder.health) == (0, Health(0, 0, None))
    assert queries.positions(env.engine) == {}


def test_a_crash_before_the_commit_loses_nothing(env: Environment) -> None:
    spooled = env.spool(reading(), reading())
    SpoolReader(env.home / "spool", {}).read(BATCH)

    env.start().step()

    assert ids(env.engine) == spooled


def test_a_crash_between_commit_and_unlink_counts_nothing_twice(
    env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits_module, "SEGMENT_LIMIT", 1)
    spooled = env.spool(reading(), reading(), reading())
    folder = env.home / "spool" / "worker"
    shutil.copytree(folder, env.home / "before")

    env.start().step()
    assert len(list(folder.glob("*.seg"))) == 1
    for segment in (env.home / "before").glob("*.seg"):
        shutil.copy(segment, folder)
    restarted = env.start()
    spooled += env.spool(reading())

    assert [restarted.step(), restarted.step()] == [1, 0]
    assert ids(env.engine) == spooled
    assert env.value("tokens_total", provider="openai", model="gpt-4o", kind="output") == 400


def test_a_spool_left_behind_by_a_crash_is_removed_and_forgotten(env: Environment) -> None:
    spooled = env.spool(reading())
    env.worker_leaves()
    folder = env.home / "spool" / "worker"
    shutil.copytree(folder, env.home / "before")
    env.start().step()
    shutil.copytree(env.home / "before", folder)

    restarted = env.start()
    restarted.step()
    restarted.step()

    assert ids(env.engine) == spooled
    assert not folder.exists()
    assert queries.positions(env.engine) == {}


def test_an_unavailable_ledger_is_reported_and_caught_up_with(
    env: Environment, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    recorder = env.start()
    spooled = env.spool(*(reading() for _ in range(3)))
    env.heartbeats.send(Heartbeat("worker", kept=2))

    with locked(env.home / "ledger.db"):
        assert [recorder.step() for _ in range(3)] == [0, 0, 0]
        assert recorder.health == Health(1, 5, "database is locked")
        assert recorder.health.is_behind
        assert env.value("spool_pending") == 5
    spooled += env.spool(reading())

    assert recorder.step() == 4
    assert recorder.health == Health(1, 2, None)
    assert ids(env.engine) == spooled
    assert [record.levelno for record in caplog.records if "unavailable" in record.message] == [logging.ERROR]
    assert [record.levelno for record in caplog.records if "back" in record.message] == [logging.INFO]


def test_waiting_calls_are_counted_before_the_ledger_was_ever_available(
    env: Environment, caplog: pytest.LogCaptureFixture
) -> None:
    env.spool(*(reading() for _ in range(3)))
    recorder = env.start(away)

    recorder.run(lambda: True, lambda _seconds: None)

    assert recorder.health.pending == env.value("spool_pending") == 3
    assert "calls wait in the spool (3), the next start records them" in caplog.text


def test_a_ledger_that_keeps_a_step_waiting_is_reported_meanwhile(
    env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outage_module, "SILENT_SECONDS", 0.1)
    answers = Event()
    recorder = env.start(lambda: away() if answers.wait(10) else pytest.fail("nobody lets it go on"))
    with ThreadPoolExecutor(1) as pool:
        pool.submit(recorder.step)
        wait_until(lambda: recorder.health.is_behind)

        assert recorder.health.trouble == "no answer for 0 s"
        answers.set()

    assert recorder.health.trouble == "the ledger is away"


def away() -> SpoolReader:
    raise LedgerAwayError("the ledger is away")


def test_damage_in_the_spool_is_counted(env: Environment, caplog: pytest.LogCaptureFixture) -> None:
    calls = [reading(model_requested="damaged"), reading()]
    env.spool(*calls)
    segment = env.home / "spool" / "worker" / "00000001.seg"
    segment.write_bytes(segment.read_bytes().replace(b"damaged", b"DAMAGED"))

    env.start().step()

    assert ids(env.engine) == [calls[1].id]
    assert env.value("records_dead_lettered_total") == 1
    assert (
        f"spool segment {segment} is damaged and kept as {env.home / 'dead-letter' / 'worker-00000001.seg'}"
        in caplog.text
    )


def test_workers_counters_are_in_the_metrics(env: Environment) -> None:
    recorder = env.start()

    for heartbeat in (
        Heartbeat("worker", inflight=3, dropped=1, kept=4, tls_untrusted=2, meter_failures={"proxy": 1}),
        Heartbeat("worker", inflight=2, dropped=5, kept=4, tls_untrusted=2, meter_failures={"proxy": 3}),
    ):
        env.heartbeats.send(heartbeat)
        recorder.step()

    assert recorder.health == Health(1, 4, None, dropped=5, inflight=2)
    assert env.value("inflight_calls") == 2
    assert env.value("records_dropped_total") == 5
    assert env.value("tls_untrusted_connections_total") == 2
    assert env.value("meter_failures_total", dialect="proxy") == 3
    assert env.value("spool_pending") == 4


def test_a_stop_empties_the_spool_first(env: Environment) -> None:
    spooled = env.spool(*(reading() for _ in range(2 * BATCH + 1)))
    env.worker_leaves()

    env.start().run(lambda: True, lambda _seconds: pytest.fail("there was work left"))

    assert ids(env.engine) == spooled
    assert list((env.home / "spool").iterdir()) == []
    assert queries.positions(env.engine) == {}


def test_a_stop_forgets_a_spool_that_was_read_before(env: Environment) -> None:
    recorder = env.start()
    env.spool(reading())
    recorder.step()
    env.worker_leaves()

    recorder.run(lambda: True, lambda _seconds: None)

    assert queries.positions(env.engine) == {}


def test_a_recorder_without_a_parent_leaves_the_rest_of_the_spool_to_the_next(env: Environment) -> None:
    spooled = env.spool(*(reading() for _ in range(BATCH + 1)))

    env.start().run(lambda: True, lambda _seconds: pytest.fail("it waits"), lambda: True)

    assert ids(env.engine) == spooled[:BATCH]
    env.start().step()
    assert ids(env.engine) == spooled


def test_a_stop_does_not_wait_for_a_ledger_that_is_away(env: Environment) -> None:
    recorder = env.start()
    spooled = env.spool(reading())

    with locked(env.home / "ledger.db"):
        recorder.run(lambda: True, lambda _seconds: pytest.fail("it waits"))

    assert recorder.health.is_behind
    env.start().step()
    assert ids(env.engine) == spooled


def test_the_pause_grows_while_the_ledger_is_away_and_ends_with_it(env: Environment) -> None:
    recorder = env.start()
    env.spool(reading())
    pauses: list[float] = []

    def run(rounds: int) -> list[float]:
        pauses.clear()
        recorder.run(lambda: len(pauses) >= rounds, pauses.append)
        return pauses[:]

    with locked(env.home / "ledger.db"):
        assert run(10) == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0, 5.0, 5.0]
    assert run(2) == [0.1, 0.1]


def test_calls_that_keep_coming_are_written_together(env: Environment) -> None:
    recorder = env.start()
    pauses: list[float] = []

    def wait(seconds: float) -> None:
        pauses.append(seconds)
        env.spool(*(reading() for _ in range(round(seconds * 40))))

    env.spool(reading(), reading())
    recorder.run(lambda: len(pauses) >= 6, wait)

    assert pauses == [0.2, 0.4, 0.8, 1.0, 1.0, 1.0]
    assert len(env.rows()) == 2 + 8 + 16 + 32 + 3 * 40
