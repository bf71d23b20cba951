"""Which jobs the recorder has, and that each does its work."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from farebox.home.folder import ESTIMATES
from farebox.recorder.estimator_store import EstimatorStore
from farebox.recorder.prices import Prices
from farebox.recorder.schedule import background_jobs, loop_jobs
from farebox.records.text_size import TextSize
from farebox.sinks.database import DatabaseSink

from tests.support.ledgers import ids
from tests.support.recorders import Environment, poll, started
from tests.support.samples import reading, record, record_of
from tests.support.sidecar import wait_until


def test_each_job_has_its_period(env: Environment) -> None:
    estimators = EstimatorStore(env.home)
    jobs = loop_jobs(env.to, env.writer(estimators), estimators)
    background = background_jobs(env.to, Prices(env.home))

    assert [(job.name, job.period) for job in jobs] == [
        ("pending_polls", 60),
        ("results", 10),
        ("purge", 0.1),
        ("estimates", 60),
    ]
    assert [(job.name, job.period) for job in background] == [("prices", 60), ("dead_letters", 1)]


def test_old_rows_are_deleted_while_no_call_comes(env: Environment) -> None:
    now = datetime.now(UTC)
    old = [record(started_at=now - timedelta(days=40, seconds=second)) for second in range(501)]
    recent = record(started_at=now - timedelta(hours=2))
    sink = DatabaseSink(env.engine, keep=timedelta(days=30))
    sink.write([*old, recent], {})
    recorder = replace(env, to=replace(env.to, database=sink)).start()

    wait_until(lambda: not recorder.step() and ids(env.engine) == [recent.id])


def test_polls_and_rows_that_crossed_are_joined_while_no_call_comes(env: Environment) -> None:
    env.spool(poll())
    env.start().step()
    env.to.database.write([record_of(started())], {})

    env.start().step()

    assert [row["input_tokens"] for row in env.rows()] == [900]


def test_estimates_are_kept_while_the_recorder_runs(env: Environment) -> None:
    recorder = env.start()
    env.spool(reading(sizes=TextSize(prompt_bytes=9000, answer_bytes=1000), request_bytes=9000))

    recorder.step()

    assert (env.home / ESTIMATES).is_file()


def test_background_jobs_do_their_work(env: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    prices, refreshed = Prices(env.home), list[Path]()
    monkeypatch.setattr(Prices, "refresh", lambda _self: refreshed.append(env.home))
    (env.home / "dead-letter").write_bytes(b"not a folder")
    env.to.dead_letters.keep(b"message", "it is a test")
    (env.home / "dead-letter").unlink()

    for job in background_jobs(env.to, prices):
        job.run()

    assert refreshed == [env.home]
    assert len(env.dead_letters()) == 1
