"""From the spool to the ledger, exactly once."""

import logging
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from farebox.config import spool_limits as limits_module
from farebox.errors import LedgerAwayError
from farebox.pricing.standard import standard
from farebox.recorder import recorder as recorder_module
from farebox.recorder.dead_letters import DeadLetters
from farebox.recorder.estimator_store import EstimatorStore
from farebox.recorder.failures import Failures
from farebox.recorder.heartbeats import Heartbeats
from farebox.recorder.recorder import BATCH, Destinations, Health, Recorder
from farebox.records import reading as readings
from farebox.records.reading import Reading
from farebox.records.record import Completion, Record
from farebox.records.text_size import TextSize
from farebox.records.usage import Usage
from farebox.sinks.database import DatabaseSink
from farebox.sinks.metrics import MetricsSink, SelfMetrics
from farebox.sinks.sink import Sink
from farebox.spool.reader import SpoolReader
from farebox.spool.telemetry import Heartbeat, HeartbeatReceiver, HeartbeatSender
from farebox.spool.writer import SpoolWriter
from farebox.store import polls, queries
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from tests.support.ledgers import ids, locked, new_ledger
from tests.support.samples import STARTED_AT, reading, record_of
from tests.support.sidecar import wait_until

POISON = Usage(input_tokens=2**63, output_tokens=0)


@dataclass(frozen=True)
class House:
    """A recorder with everything around it. `worker` is a living worker's end of the spool."""

    home: Path
    engine: Engine
    registry: CollectorRegistry
    worker: SpoolWriter
    heartbeats: HeartbeatSender
    start: Callable[..., Recorder]
    worker_leaves: Callable[[], None]
    sinks: list[Sink]

    def spool(self, *calls: Reading) -> list[str]:
        for call in calls:
            self.worker.append(readings.encode(call))
        return [call.id for call in calls]

    def value(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"farebox_{name}", labels)

    def dead_letters(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted((self.home / "dead-letter").glob("*"))]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with ExitStack() as running:
        engine = running.enter_context(new_ledger(tmp_path / "ledger.db"))
        registry = CollectorRegistry()
        own = SelfMetrics(registry)
        sinks: list[Sink] = [MetricsSink(registry, standard().knows)]
        dead_letters = DeadLetters(tmp_path / "dead-letter", own)
        to = Destinations(DatabaseSink(engine), sinks, own, dead_letters, Failures(registry))
        receiver = running.enter_context(closing(HeartbeatReceiver(tmp_path)))

        def start(open_spool: Callable[[], SpoolReader] | None = None) -> Recorder:
            spool = SpoolReader(tmp_path / "spool", queries.positions(engine))
            open_spool = open_spool or (lambda: spool)
            heartbeats, spooled = Heartbeats(receiver, own), SpoolReader(tmp_path / "spool", {}).pending
            return Recorder(
                open_spool, heartbeats, to, EstimatorStore(tmp_path), standard, name="here", spooled=spooled
            )

        working = running.enter_context(ExitStack())
        worker = working.enter_context(closing(SpoolWriter(tmp_path / "spool", "worker")))
        heartbeats = running.enter_context(closing(HeartbeatSender(tmp_path)))
        yield House(tmp_path, engine, registry, worker, heartbeats, start, working.close, sinks)


def test_what_a_worker_spooled_becomes_rows_and_metrics(house: House) -> None:
    spooled = house.spool(reading(), reading())

    moved = house.start().step()

    assert (moved, ids(house.engine)) == (2, spooled)
    [first, _] = queries.all_calls(house.engine)
    assert (first["cost_nanousd"], first["sidecar"]) == (900 * 2_500 + 100 * 10_000, "here")
    assert house.value("tokens_total", provider="openai", model="gpt-4o", kind="input") == 1800


def test_a_call_keeps_the_name_of_the_sidecar_that_saw_it(house: House) -> None:
    house.spool(reading(sidecar="elsewhere"))

    house.start().step()

    assert [row["sidecar"] for row in queries.all_calls(house.engine)] == ["elsewhere"]


def test_a_step_without_calls_moves_nothing(house: House) -> None:
    recorder = house.start()

    assert (recorder.step(), recorder.health) == (0, Health(0, 0, None))
    assert queries.positions(house.engine) == {}


def test_a_crash_before_the_commit_loses_nothing(house: House) -> None:
    spooled = house.spool(reading(), reading())
    SpoolReader(house.home / "spool", {}).read(BATCH)

    house.start().step()

    assert ids(house.engine) == spooled


def test_a_crash_between_commit_and_unlink_counts_nothing_twice(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits_module, "SEGMENT_LIMIT", 1)
    spooled = house.spool(reading(), reading(), reading())
    folder = house.home / "spool" / "worker"
    shutil.copytree(folder, house.home / "before")

    house.start().step()
    assert len(list(folder.glob("*.seg"))) == 1
    for segment in (house.home / "before").glob("*.seg"):
        shutil.copy(segment, folder)
    restarted = house.start()
    spooled += house.spool(reading())

    assert [restarted.step(), restarted.step()] == [1, 0]
    assert ids(house.engine) == spooled
    assert house.value("tokens_total", provider="openai", model="gpt-4o", kind="output") == 400


def test_a_spool_left_behind_by_a_crash_is_taken_away_and_forgotten(house: House) -> None:
    spooled = house.spool(reading())
    house.worker_leaves()
    folder = house.home / "spool" / "worker"
    shutil.copytree(folder, house.home / "before")
    house.start().step()
    shutil.copytree(house.home / "before", folder)

    restarted = house.start()
    restarted.step()
    restarted.step()

    assert ids(house.engine) == spooled
    assert not folder.exists()
    assert queries.positions(house.engine) == {}


def test_a_ledger_that_is_away_is_told_and_caught_up_with(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    recorder = house.start()
    spooled = house.spool(*(reading() for _ in range(3)))
    house.heartbeats.send(Heartbeat("worker", kept=2))

    with locked(house.home / "ledger.db"):
        assert [recorder.step() for _ in range(3)] == [0, 0, 0]
        assert recorder.health == Health(1, 5, "database is locked")
        assert recorder.health.is_behind
        assert house.value("spool_pending") == 5
    spooled += house.spool(reading())

    assert recorder.step() == 4
    assert recorder.health == Health(1, 2, None)
    assert ids(house.engine) == spooled
    assert [record.levelno for record in caplog.records if "away" in record.message] == [logging.ERROR]
    assert [record.levelno for record in caplog.records if "back" in record.message] == [logging.INFO]


def test_what_waits_is_told_too_before_the_ledger_was_ever_there(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.spool(*(reading() for _ in range(3)))
    recorder = house.start(away)

    recorder.run(lambda: True, lambda _seconds: None)

    assert recorder.health.pending == house.value("spool_pending") == 3
    assert "calls wait in the spool (3), the next start records them" in caplog.text


def test_a_ledger_that_keeps_a_step_waiting_is_told_meanwhile(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, "SILENT_SECONDS", 0.1)
    answers = Event()
    recorder = house.start(lambda: away() if answers.wait(10) else pytest.fail("nobody lets it go on"))
    with ThreadPoolExecutor(1) as pool:
        pool.submit(recorder.step)
        wait_until(lambda: recorder.health.is_behind)

        assert recorder.health.trouble == "no answer for 0 s"
        answers.set()

    assert recorder.health.trouble == "the ledger is away"


def away() -> SpoolReader:
    raise LedgerAwayError("the ledger is away")


def test_what_is_no_call_is_dead_lettered_and_counted_once(house: House) -> None:
    recorder = house.start()
    house.worker.append(b"no call")
    spooled = house.spool(reading())

    with locked(house.home / "ledger.db"):
        recorder.step()
        recorder.step()
    recorder.step()

    assert ids(house.engine) == spooled
    assert house.dead_letters() == [b"no call"]
    assert house.value("records_dead_lettered_total") == 1


def test_a_call_that_the_ledger_refuses_is_dead_lettered_and_counted(house: House) -> None:
    poison = reading(usage=POISON)
    calls = [reading(), poison, reading()]
    house.spool(*calls)
    recorder = house.start()

    assert [recorder.step(), recorder.step()] == [3, 0]
    assert ids(house.engine) == [calls[0].id, calls[2].id]
    assert house.dead_letters() == [readings.encode(poison)]
    assert house.value("records_dead_lettered_total") == 1
    assert house.value("tokens_total", provider="openai", model="gpt-4o", kind="input") == 1800


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
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    keeping = KeepingSink()
    house.sinks[:0] = [RaisingSink()]
    house.sinks.append(keeping)
    recorder = house.start()
    spooled: list[str] = []
    for _ in range(2):
        spooled += house.spool(reading())
        recorder.step()

    assert ids(house.engine) == keeping.new == spooled
    assert house.value("tokens_total", provider="openai", model="gpt-4o", kind="input") == 1800
    assert house.value("sink_failures_total", sink="test_recorder") == 2
    assert caplog.text.count("sink test_recorder failed (ValueError)") == 1
    assert "secret" not in caplog.text


def test_a_sink_gets_new_rows_and_changed_ones(house: House) -> None:
    keeping = KeepingSink()
    house.sinks.append(keeping)
    recorder = house.start()
    [call] = house.spool(started())
    recorder.step()
    house.spool(look())
    recorder.step()

    assert (keeping.new, keeping.changed) == ([call], [call])


def test_what_is_dead_lettered_can_be_read_by_its_owner_alone(house: House) -> None:
    house.worker.append(b"no call")

    house.start().step()

    assert (house.home / "dead-letter").stat().st_mode & 0o077 == 0


def test_damage_in_the_spool_is_counted(house: House, caplog: pytest.LogCaptureFixture) -> None:
    calls = [reading(model_requested="damaged"), reading()]
    house.spool(*calls)
    segment = house.home / "spool" / "worker" / "00000001.seg"
    segment.write_bytes(segment.read_bytes().replace(b"damaged", b"DAMAGED"))

    house.start().step()

    assert ids(house.engine) == [calls[1].id]
    assert house.value("records_dead_lettered_total") == 1
    assert (
        f"spool segment {segment} is damaged and kept as {house.home / 'dead-letter' / 'worker-00000001.seg'}"
        in caplog.text
    )


def test_what_workers_tell_of_themselves_is_in_the_metrics(house: House) -> None:
    recorder = house.start()

    for heartbeat in (
        Heartbeat("worker", inflight=3, dropped=1, kept=4, tls_untrusted=2, meter_failures={"proxy": 1}),
        Heartbeat("worker", inflight=2, dropped=5, kept=4, tls_untrusted=2, meter_failures={"proxy": 3}),
    ):
        house.heartbeats.send(heartbeat)
        recorder.step()

    assert recorder.health == Health(1, 4, None, dropped=5)
    assert house.value("inflight_calls") == 2
    assert house.value("records_dropped_total") == 5
    assert house.value("tls_untrusted_connections_total") == 2
    assert house.value("meter_failures_total", dialect="proxy") == 3
    assert house.value("spool_pending") == 4


def test_a_stop_empties_the_spool_first(house: House) -> None:
    spooled = house.spool(*(reading() for _ in range(2 * BATCH + 1)))
    house.worker_leaves()

    house.start().run(lambda: True, lambda _seconds: pytest.fail("there was work left"))

    assert ids(house.engine) == spooled
    assert list((house.home / "spool").iterdir()) == []
    assert queries.positions(house.engine) == {}


def test_a_stop_forgets_a_spool_that_was_read_before(house: House) -> None:
    recorder = house.start()
    house.spool(reading())
    recorder.step()
    house.worker_leaves()

    recorder.run(lambda: True, lambda _seconds: None)

    assert queries.positions(house.engine) == {}


def test_who_is_left_alone_leaves_the_rest_of_the_spool_to_who_comes_next(house: House) -> None:
    spooled = house.spool(*(reading() for _ in range(BATCH + 1)))

    house.start().run(lambda: True, lambda _seconds: pytest.fail("it waits"), lambda: True)

    assert ids(house.engine) == spooled[:BATCH]
    house.start().step()
    assert ids(house.engine) == spooled


def test_a_stop_does_not_wait_for_a_ledger_that_is_away(house: House) -> None:
    recorder = house.start()
    spooled = house.spool(reading())

    with locked(house.home / "ledger.db"):
        recorder.run(lambda: True, lambda _seconds: pytest.fail("it waits"))

    assert recorder.health.is_behind
    house.start().step()
    assert ids(house.engine) == spooled


def test_the_pause_grows_while_the_ledger_is_away_and_ends_with_it(house: House) -> None:
    recorder = house.start()
    house.spool(reading())
    pauses: list[float] = []

    def run(rounds: int) -> list[float]:
        pauses.clear()
        recorder.run(lambda: len(pauses) >= rounds, pauses.append)
        return pauses[:]

    with locked(house.home / "ledger.db"):
        assert run(10) == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0, 5.0, 5.0]
    assert run(2) == [0.1, 0.1]


def started(**told: Any) -> Reading:
    given = {"dialect": "openai_responses", "response_id": "resp_1", "usage": Usage(), "is_pending": True}
    return reading(**given | told)


def look(after: int = 1, **told: Any) -> Reading:
    given = {"dialect": "openai_responses", "completes": "resp_1", "finish_reason": "completed"}
    return reading(**given | {"started_at": STARTED_AT + after} | told)


def amounts(house: House) -> list[tuple[str, int | None, int | None]]:
    return [(row["id"], row["input_tokens"], row["cost_nanousd"]) for row in queries.all_calls(house.engine)]


def counted(house: House) -> tuple[float | None, float | None, float | None]:
    place = {"provider": "openai", "model": "gpt-4o"}
    calls = house.value("calls_total", **place, operation="chat", outcome="ok", status="200")
    cost = house.value("cost_usd_total", **place, cost_status="priced")
    return calls, house.value("tokens_total", **place, kind="input"), cost


ONCE = (1, 900, 0.00325)


@pytest.mark.parametrize("batches", [1, 2, 3], ids=["in one batch", "in the next", "after a new start"])
def test_a_look_completes_the_row_of_what_it_looked_at_exactly_once(house: House, batches: int) -> None:
    recorder = house.start()
    [call] = house.spool(started())
    if batches > 1:
        recorder.step()
    house.spool(look(), look(2), look(3, usage=Usage(), is_pending=True))
    recorder = house.start() if batches > 2 else recorder
    recorder.step()
    house.spool(look(4))
    recorder.step()

    assert amounts(house) == [(call, 900, 3_250_000)]
    assert counted(house) == ONCE


def test_a_look_that_comes_before_its_row_waits_for_it_also_through_a_new_start(house: House) -> None:
    house.spool(look(), look(2))
    house.start().step()
    assert amounts(house) == []

    [call] = house.spool(started())
    house.start().step()
    house.spool(look(3))
    house.start().step()

    assert amounts(house) == [(call, 900, 3_250_000)]
    assert counted(house) == ONCE


def test_a_look_and_its_row_of_two_recorders_that_wrote_at_the_same_time_are_joined(house: House) -> None:
    house.spool(look())
    house.start().step()
    # The other recorder had looked for looks before that one was there.
    DatabaseSink(house.engine).write([record_of(started())], {})
    assert [amount[1:] for amount in amounts(house)] == [(None, None)]

    house.start().step()

    assert [amount[1:] for amount in amounts(house)] == [(900, 3_250_000)]
    with house.engine.connect() as connection:
        assert polls.waiting(connection, ["resp_1"]) == []


def test_a_batch_with_a_look_that_is_read_twice_counts_once(house: House) -> None:
    [call] = house.spool(started())
    recorder = house.start()
    recorder.step()
    house.spool(look())

    with locked(house.home / "ledger.db"):
        recorder.step()
    assert counted(house)[1] is None
    recorder.step()

    assert amounts(house) == [(call, 900, 3_250_000)]
    assert counted(house) == ONCE


def test_attempts_are_numbered_once_also_while_the_ledger_is_away(house: House) -> None:
    recorder = house.start()
    failed = {"request_hash": "a", "outcome": "http_error", "status": 500, "usage": Usage(), "duration_ms": 10}
    house.spool(reading(**failed), reading(**failed, started_at=STARTED_AT + 10**9))

    with locked(house.home / "ledger.db"):
        recorder.step()
    recorder.step()
    house.spool(reading(request_hash="a", started_at=STARTED_AT + 2 * 10**9))
    recorder.step()

    assert [row["attempt"] for row in queries.all_calls(house.engine)] == [None, 2, 3]


def test_what_calls_teach_is_used_for_those_that_say_nothing_and_survives_a_stop(house: House) -> None:
    sizes = TextSize(prompt_bytes=9000, answer_bytes=1000)
    house.spool(*(reading(sizes=sizes, request_bytes=9000) for _ in range(40)))
    house.start().run(lambda: True, lambda _seconds: None)
    [silent] = house.spool(reading(sizes=sizes, request_bytes=9000, usage=Usage()))
    house.start().step()

    [row] = [row for row in queries.all_calls(house.engine) if row["id"] == silent]
    assert row["usage_source"] == "estimated"
    assert row["input_tokens"] == pytest.approx(900, rel=0.05)
    low, high = row["estimate"]["input_tokens"]
    assert low < 900 < high < 1800
    assert house.value("tokens_total", provider="openai", model="gpt-4o", kind="input") == 40 * 900
