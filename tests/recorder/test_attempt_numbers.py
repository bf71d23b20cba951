"""Attempts at one request are numbered and linked; a repeat after a complete answer is marked; callers never mix."""

import random
from datetime import timedelta
from typing import Any

import pytest
from farebox.recorder.attempt_numbers import LIMIT, NO_ATTEMPTS, linked
from farebox.records.reading import Reading

from tests.support.samples import STARTED_AT, reading

SECOND = 10**9
FAILED = {"outcome": "http_error", "status": 500}
LIMITED = {"outcome": "http_error", "status": 429, "duration_ms": 5}
TITLE = {"is_repeatable": True, "purpose": "title", "duration_ms": 14}


def attempt(after: float, **values: Any) -> Reading:
    given = {"request_hash": "a", "started_at": STARTED_AT + int(after * SECOND), "duration_ms": 1000}
    return reading(**given | values)


@pytest.mark.parametrize(
    ("calls", "attempts"),
    [
        ([attempt(0, **FAILED), attempt(2, **FAILED), attempt(5)], [1, 2, 3]),
        ([attempt(0, **FAILED), attempt(2, request_hash="b")], [1, 1]),
        ([attempt(0, **FAILED), attempt(2, request_hash=None)], [1, None]),
        ([attempt(0), attempt(2)], [1, 1]),
        ([attempt(0, **FAILED), attempt(120)], [1, 2]),
        ([attempt(0, **FAILED), attempt(122)], [1, 1]),
        ([attempt(0, **FAILED), attempt(2), attempt(4)], [1, 2, 1]),
        ([attempt(0, outcome="http_error", status=400), attempt(2)], [1, 1]),
        ([attempt(0, outcome="http_error", status=429), attempt(2)], [1, 2]),
        ([attempt(0, outcome="network_error", status=None), attempt(2)], [1, 2]),
        ([attempt(0, outcome="client_abort"), attempt(0.9)], [1, 2]),
        ([attempt(0, **FAILED), attempt(0.9)], [1, 1]),
        ([attempt(0, attempt=1, **FAILED), attempt(2, attempt=1)], [1, 2]),
        ([attempt(0, attempt=3, **FAILED), attempt(2)], [3, 4]),
        ([attempt(2), attempt(0, **FAILED)], [1, 2]),
        ([attempt(0, **LIMITED), attempt(0.003, **LIMITED), attempt(0.004, **LIMITED)], [1, 1, 1]),
        ([*(attempt(0.001 * n, **LIMITED) for n in range(3)), *(attempt(1 + n) for n in range(3))], [1, 1, 1, 2, 2, 2]),
    ],
    ids=[
        *("twice", "another request", "not known", "a good call", "late", "too late", "a good call between"),
        *("refused for good", "rate limited", "no network", "timed out, the next overlaps", "at the same time"),
        *("the client counts from one", "the client knows more", "out of order", "three at once", "three again"),
    ],
)
def test_an_identical_request_after_a_failure_is_the_next_attempt(
    calls: list[Reading], attempts: list[int | None]
) -> None:
    assert [one.attempt for one in linked(NO_ATTEMPTS, calls)[1]] == attempts


def test_later_attempts_are_linked_to_the_first_also_across_batches() -> None:
    known, [first, second] = linked(NO_ATTEMPTS, [attempt(0, id="one", **FAILED), attempt(2, **FAILED)])
    _, [third] = linked(known, [attempt(4)])

    assert (first.retry_of, second.retry_of, third.retry_of, third.attempt) == (None, "one", "one", 3)


def test_which_of_equal_requests_is_tried_again_may_be_unknown() -> None:
    calls = [attempt(0, id="one", **LIMITED), attempt(0.001, id="two", **LIMITED), attempt(1)]

    assert [(one.attempt, one.retry_of) for one in linked(NO_ATTEMPTS, calls)[1]] == [(1, None), (1, None), (2, None)]


def test_a_repeat_after_an_answer_that_could_not_be_used_is_marked() -> None:
    calls = [attempt(0, id="one", **TITLE), attempt(0.017, **TITLE), attempt(30, **TITLE)]

    found = linked(NO_ATTEMPTS, calls)[1]

    assert [(one.attempt, one.purpose, one.retry_of) for one in found] == [
        (1, "title", None),
        (2, "retry", "one"),
        (1, "title", None),
    ]


def test_within_a_turn_a_later_repeat_counts_too() -> None:
    calls = [attempt(0, message_id="m", **TITLE), attempt(60, message_id="m", **TITLE)]

    assert [one.purpose for one in linked(NO_ATTEMPTS, calls)[1]] == ["title", "retry"]


def test_the_same_question_asked_again_is_no_repeat() -> None:
    calls = [attempt(0, purpose="chat"), attempt(2, purpose="chat")]

    assert [(one.attempt, one.purpose) for one in linked(NO_ATTEMPTS, calls)[1]] == [(1, "chat"), (1, "chat")]


ELSEWHERE = {"request_hash": "b", "host": "api.groq.com"}


def test_the_same_content_at_another_host_after_a_failure_is_linked() -> None:
    first = attempt(0, id="one", content_hash="c", **FAILED)
    calls = [first, attempt(2, content_hash="c", **ELSEWHERE), attempt(4, content_hash="c", **ELSEWHERE)]

    found = linked(NO_ATTEMPTS, calls)[1]

    assert [(one.attempt, one.retry_of) for one in found] == [(1, None), (2, "one"), (1, None)]


@pytest.mark.parametrize(
    "calls",
    [
        [attempt(0, content_hash="c"), attempt(2, content_hash="c", **ELSEWHERE)],
        [attempt(0, content_hash="c", **FAILED), attempt(2, content_hash="d", **ELSEWHERE)],
        [attempt(0, content_hash="c", **FAILED), attempt(2, content_hash="c", request_hash="b")],
        [
            attempt(0, content_hash="c", **FAILED),
            attempt(0.1, content_hash="c", **FAILED),
            attempt(2, content_hash="c", **ELSEWHERE),
        ],
    ],
    ids=["no failure", "other content", "the same host", "one of two"],
)
def test_anything_else_at_another_host_is_not_linked(calls: list[Reading]) -> None:
    assert {one.retry_of for one in linked(NO_ATTEMPTS, calls)[1]} == {None}


def test_ten_thousand_turns_with_equal_texts_are_never_mixed() -> None:
    """Each turn is a request that fails, and its repetition: hashes differ by turn, as workers make them."""
    random_source = random.Random(7)
    calls = []
    for turn in range(10_000):
        at = random_source.uniform(0, 60)
        ids = {"request_hash": f"h{turn}", "content_hash": f"c{turn}", "message_id": f"m{turn}"}
        calls += [
            attempt(at, id=f"{turn}", **ids, **LIMITED),
            attempt(at + random_source.uniform(0.1, 60), id=f"{turn}-2", **ids),
        ]
    random_source.shuffle(calls)

    found = {one.id: one for one in linked(NO_ATTEMPTS, calls)[1]}

    for turn in range(10_000):
        first, second = found[f"{turn}"], found[f"{turn}-2"]
        assert (first.attempt, first.retry_of) == (1, None)
        assert (second.attempt, second.retry_of) == (2, f"{turn}")


def test_the_number_of_remembered_attempts_is_bounded() -> None:
    many = [attempt(0, request_hash=str(number), content_hash=str(number), **FAILED) for number in range(LIMIT + 10)]

    known, _ = linked(NO_ATTEMPTS, many)
    later, _ = linked(known, [attempt(timedelta(minutes=5).total_seconds(), **FAILED)])

    assert (len(known.by_request), len(known.by_content)) == (LIMIT, LIMIT)
    assert (len(later.by_request), len(later.by_content)) == (1, 0)


def test_attempts_that_none_can_follow_are_forgotten_while_calls_keep_coming() -> None:
    known, _ = linked(NO_ATTEMPTS, [attempt(0, request_hash="old", **FAILED)])

    # Each batch is within the time after which it is looked for old ones, counted from the one before.
    for seconds in range(6, 180, 6):
        known, _ = linked(known, [attempt(seconds, request_hash=f"{seconds}", **FAILED)])

    assert "old" not in known.by_request
    assert "174" in known.by_request
