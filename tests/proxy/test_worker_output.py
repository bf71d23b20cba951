"""Readings go to the spool under the sidecar's name, counters to the recorder, and no log quotes the traffic."""

import logging
import os

import msgspec
import pytest
from farebox.proxy.worker_output import new_id
from farebox.records.reading import Reading
from farebox.records.usage import Usage
from farebox.spool.telemetry import Heartbeat

from tests.support.flows import Worker

READING = Reading(id="1", started_at=1, provider="openai", host="api.openai.com", outcome="ok", status=200)


def test_a_reading_is_appended_under_the_sidecar_s_name(worker: Worker) -> None:
    reading = msgspec.structs.replace(READING, usage=Usage(input_tokens=9))

    worker.output.append(reading)

    assert worker.readings() == [msgspec.structs.replace(reading, sidecar="here")]


@pytest.mark.parametrize(
    ("changes", "is_kept"),
    [
        ({"completes": "r-1", "is_pending": True}, False),
        ({"completes": "r-1", "finish_reason": "stop"}, True),
        ({"is_pending": True}, True),
    ],
    ids=["poll without news", "poll with the result", "call"],
)
def test_a_poll_that_found_nothing_new_is_not_appended(
    worker: Worker, changes: dict[str, object], is_kept: bool
) -> None:
    worker.output.append(msgspec.structs.replace(READING, **changes))

    assert len(worker.readings()) == int(is_kept)


def fail() -> None:
    raise ValueError("canary-prompt")


def test_a_fault_is_counted_and_logged_without_its_text(worker: Worker, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        try:
            fail()
        except ValueError as error:
            worker.output.fault("openai_chat", error)
    worker.output.fault("proxy", ZeroDivisionError("never raised"))

    assert worker.heartbeat().meter_failures == {"openai_chat": 2, "proxy": 1}
    line = fail.__code__.co_firstlineno + 1
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 3
    assert caplog.messages[0] == f"a call passes unmetered, because of ValueError at {__file__}:{line}"
    assert caplog.messages[2] == "a call passes unmetered, because of ZeroDivisionError at ?"
    assert "canary" not in caplog.text


def test_a_heartbeat_has_the_totals_of_the_worker(worker: Worker) -> None:
    worker.output.refused("groq")
    worker.output.refused("groq")
    worker.diagnostics.unread("api.openai.com")

    worker.output.beat(3, worker.diagnostics)

    [heartbeat] = worker.heartbeats()
    assert heartbeat == Heartbeat(
        "worker",
        inflight=3,
        usage_refusals={"groq": 2},
        pid=os.getpid(),
        diagnostics=worker.diagnostics.snapshot(),
    )


def test_untrusted_connections_are_totals_too(worker: Worker) -> None:
    worker.diagnostics._untrusted_others = 7

    assert worker.heartbeat().tls_untrusted == 7


def test_the_last_heartbeat_says_that_the_worker_leaves(worker: Worker) -> None:
    worker.output.append(READING)

    worker.output.close(worker.diagnostics)

    [heartbeat] = worker.heartbeats()
    assert (heartbeat.is_leaving, heartbeat.inflight) == (True, 0)
    assert len(worker.readings()) == 1


def test_ids_differ_and_sort_by_time() -> None:
    ids = [new_id() for _ in range(100)]

    assert ids == sorted(set(ids))
    assert {len(one) for one in ids} == {36}
