"""Within a turn, a short call beside a chat is its title, and a call after a delegation is a subagent's."""

from typing import Any

import pytest
from farebox.recorder.turns import LIMIT, explained, turn_of
from farebox.records.reading import Reading

from tests.support.samples import STARTED_AT, reading

SECOND = 10**9
SHORT = {"is_side_task": True, "streamed": False}


def call(after: float, **values: Any) -> Reading:
    given = {"trace": "t", "purpose": "chat", "streamed": True, "duration_ms": 1000}
    return reading(**given | {"started_at": STARTED_AT + int(after * SECOND)} | values)


def purposes(*calls: Reading) -> list[str | None]:
    return [one.purpose for one in explained({}, calls)[1]]


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ([call(0), call(2, **SHORT)], ["chat", "title"]),
        ([call(0, **SHORT), call(0.1)], ["title", "chat"]),
        ([call(0), call(2, **SHORT, trace="other")], ["chat", "chat"]),
        ([call(0, trace=None), call(2, **SHORT, trace=None)], ["chat", "chat"]),
        ([call(0, **SHORT), call(2, **SHORT)], ["chat", "chat"]),
        ([call(0), call(2)], ["chat", "chat"]),
        ([call(0, is_delegating=True), call(2), call(4, is_delegating=True)], ["chat", "subagent", "chat"]),
        ([call(0, is_delegating=True), call(0.5)], ["chat", "chat"]),
        ([call(0, is_delegating=True), call(2, purpose="summary")], ["chat", "summary"]),
        ([call(0, is_delegating=True), call(2, **SHORT)], ["chat", "title"]),
    ],
)
def test_other_calls_of_the_turn_decide(calls: list[Reading], expected: list[str]) -> None:
    assert purposes(*calls) == expected


def test_turns_are_remembered_across_batches() -> None:
    turns, _ = explained({}, [call(0, is_delegating=True)])

    assert explained(turns, [call(2)])[1][0].purpose == "subagent"


def test_messages_of_other_users_and_conversations_are_other_turns() -> None:
    one = call(0, user_id="ann", conversation="c", message_id="m")

    assert turn_of(one) == ("ann", "c", "m")
    assert len({turn_of(call(0, user_id=user, message_id="m")) for user in ("ann", "bob", None)}) == 3
    assert turn_of(call(0)) == ("t",)
    assert turn_of(call(0, trace=None)) is None


def test_the_number_of_remembered_turns_is_bounded() -> None:
    turns, _ = explained({}, [call(0, trace=str(number)) for number in range(LIMIT + 5)])

    assert len(turns) == LIMIT
    assert ("4",) not in turns
