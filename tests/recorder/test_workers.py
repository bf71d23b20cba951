"""Totals in, differences out."""

import pytest
from farebox.recorder.workers import SILENCE_SECONDS, Change, Workers
from farebox.spool.telemetry import ClientDiagnostics, Heartbeat, UntrustedConnections


@pytest.fixture
def workers() -> Workers:
    return Workers()


def test_totals_become_differences(workers: Workers) -> None:
    first = workers.receive(
        [Heartbeat("w1", dropped=2, tls_untrusted=1, meter_failures={"openai_chat": 3}, usage_refusals={"openai": 2})],
        0,
    )
    second = workers.receive(
        [Heartbeat("w1", dropped=5, tls_untrusted=1, meter_failures={"openai_chat": 4, "proxy": 1})], 1
    )

    assert first == [Change(2, 1, {"openai_chat": 3}, {"openai": 2})]
    assert second == [Change(3, 0, {"openai_chat": 1, "proxy": 1})]


def test_a_total_that_is_reported_twice_counts_once(workers: Workers) -> None:
    heartbeat = Heartbeat("w1", dropped=2, tls_untrusted=3, meter_failures={"proxy": 4})

    assert workers.receive([heartbeat, heartbeat], 0) == [Change(2, 3, {"proxy": 4}), Change()]


def test_a_lost_heartbeat_loses_nothing(workers: Workers) -> None:
    heartbeats = [Heartbeat("w1", dropped=total) for total in range(10)]

    changes = workers.receive([heartbeats[0], heartbeats[4], heartbeats[9]], 0)

    assert sum(change.dropped for change in changes) == 9


def test_workers_count_each_for_themselves(workers: Workers) -> None:
    changes = workers.receive(
        [Heartbeat("w1", dropped=2, inflight=1, kept=5), Heartbeat("w2", dropped=2, inflight=3, kept=6)], 0
    )

    assert [change.dropped for change in changes] == [2, 2]
    assert (len(workers), workers.inflight, workers.kept) == (2, 4, 11)


def test_a_worker_that_replaces_another_takes_its_name(workers: Workers) -> None:
    workers.receive([Heartbeat("w1", pid=11), Heartbeat("w2", pid=12)], 0)
    before = set(workers.processes.items())
    workers.receive([Heartbeat("w1", pid=11, is_leaving=True), Heartbeat("w3", pid=13)], 1)

    after = workers.processes

    assert {name for name, _ in before} == set(after) == {"worker_1", "worker_2"}
    assert set(after.values()) == {12, 13}
    assert ("worker_1", 12) in before or after["worker_2"] == 12


def test_a_worker_that_leaves_is_gone_at_once(workers: Workers) -> None:
    workers.receive([Heartbeat("w1", inflight=1)], 0)

    changes = workers.receive([Heartbeat("w1", dropped=1, is_leaving=True)], 1)

    assert changes == [Change(1)]
    assert (len(workers), workers.inflight) == (0, 0)


def test_a_silent_worker_is_gone(workers: Workers) -> None:
    workers.receive([Heartbeat("w1", inflight=1, kept=1)], 0)
    workers.receive([Heartbeat("w2", inflight=2, kept=2)], 1)

    workers.receive([], SILENCE_SECONDS)

    assert (len(workers), workers.inflight, workers.kept) == (1, 2, 2)


def test_a_worker_that_was_stopped_for_a_while_counts_its_totals_once(workers: Workers) -> None:
    workers.receive([Heartbeat("w1", dropped=7, meter_failures={"proxy": 2})], 0)
    workers.receive([], 60)
    assert len(workers) == 0

    changes = workers.receive([Heartbeat("w1", dropped=8, meter_failures={"proxy": 2})], 61)

    assert changes == [Change(1)]
    assert len(workers) == 1


def test_totals_that_fall_add_nothing_and_are_what_the_next_ones_are_compared_with(workers: Workers) -> None:
    """A worker that is started again has a new name; so totals fall only if a heartbeat is late."""
    workers.receive([Heartbeat("w1", 0, 7, 5, 9, {"proxy": 4, "gone": 2}, {"openai": 3})], 0)

    [fallen] = workers.receive([Heartbeat("w1", 0, 2, 5, 4, {"proxy": 1}, {"openai": 1, "groq": 1})], 1)
    [risen] = workers.receive([Heartbeat("w1", 0, 3, 5, 6, {"proxy": 3, "gone": 1}, {"openai": 2, "groq": 1})], 2)

    assert fallen == Change(0, 0, {}, {"groq": 1})
    assert risen == Change(1, 2, {"proxy": 2, "gone": 1}, {"openai": 1})


def test_a_worker_that_is_started_again_counts_from_nothing(workers: Workers) -> None:
    workers.receive([Heartbeat("w1", dropped=7)], 0)

    assert workers.receive([Heartbeat("w2", dropped=2)], 1) == [Change(2)]


@pytest.mark.parametrize(("silence", "reporting"), [(0, 1), (SILENCE_SECONDS - 0.1, 1), (SILENCE_SECONDS, 0)])
def test_a_worker_counts_until_it_is_silent_for_five_seconds(workers: Workers, silence: float, reporting: int) -> None:
    workers.receive([Heartbeat("w1", inflight=3, kept=4)], 10)

    workers.receive([], 10 + silence)

    assert (len(workers), workers.inflight, workers.kept) == (reporting, 3 * reporting, 4 * reporting)
    assert SILENCE_SECONDS == 5


def test_a_worker_that_leaves_still_reports_what_it_has(workers: Workers) -> None:
    workers.receive([Heartbeat("w1", inflight=1, kept=2, is_leaving=True)], 0)

    assert (len(workers), workers.inflight, workers.kept) == (0, 1, 2)


@pytest.mark.parametrize(("after", "change"), [(3599, Change(1)), (3600, Change(8))])
def test_totals_are_remembered_for_an_hour(workers: Workers, after: float, change: Change) -> None:
    workers.receive([Heartbeat("w1", dropped=7)], 0)
    workers.receive([], after)

    assert workers.receive([Heartbeat("w1", dropped=8)], after) == [change]


def test_without_workers_there_is_nothing_to_diagnose(workers: Workers) -> None:
    assert workers.diagnostics == ClientDiagnostics()
    assert (len(workers), workers.inflight, workers.kept) == (0, 0, 0)


def test_the_clock_of_the_latest_new_worker_that_knows_one_is_used(workers: Workers) -> None:
    skews = [10, None, -20, None]
    workers.receive(
        [Heartbeat(f"w{number}", diagnostics=ClientDiagnostics(skew_ms=skew)) for number, skew in enumerate(skews)], 0
    )

    assert workers.diagnostics.skew_ms == -20


def test_workers_of_long_ago_are_forgotten(workers: Workers) -> None:
    for number in range(1000):
        workers.receive([Heartbeat(f"w{number}")], number * 60)

    assert len(workers._workers) < 100


def test_diagnostics_of_all_workers_are_added_up(workers: Workers) -> None:
    first = ClientDiagnostics(
        3, {"a.example": 1}, {"api.openai.com": 2}, (UntrustedConnections("api.openai.com", "::1", None, 1),), 40, 2
    )
    second = ClientDiagnostics(
        2, {"a.example": 1, "b.example": 5}, {}, (UntrustedConnections("api.groq.com", "::1", "curl/8", 2),), None, 1
    )

    workers.receive([Heartbeat("w1", diagnostics=first, is_leaving=True), Heartbeat("w2", diagnostics=second)], 0)

    assert workers.diagnostics == ClientDiagnostics(
        5, {"a.example": 2, "b.example": 5}, {"api.openai.com": 2}, first.untrusted + second.untrusted, 40, 3
    )
