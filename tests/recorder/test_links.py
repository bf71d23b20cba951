"""What spans calls: each piece of work counts once."""

from typing import Any

import msgspec
import pytest
from farebox.recorder.links import is_open, join
from farebox.records.reading import Reading
from farebox.records.record import Record
from farebox.records.usage import Usage

from tests.support.samples import STARTED_AT, reading, record_of

SECOND = 10**9
USED = Usage(input_tokens=900, output_tokens=100)
PRICE = 900 * 2_500 + 100 * 10_000
NOTHING = Usage()


def started(**values: Any) -> Reading:
    given = {"dialect": "openai_responses", "response_id": "resp_1", "usage": NOTHING, "is_pending": True}
    return reading(**given | {"finish_reason": "queued"} | values)


def poll(after: float = 5.0, **values: Any) -> Reading:
    given = {"dialect": "openai_responses", "response_id": "resp_1", "completes": "resp_1", "usage": USED}
    given |= {"model_requested": None, "model_returned": "gpt-4o-2024-08-06", "finish_reason": "completed"}
    return reading(**given | {"started_at": STARTED_AT + int(after * SECOND)} | values)


def row(**values: Any) -> Record:
    return record_of(started(**values))


def test_the_row_of_started_work_waits_for_its_end() -> None:
    pending = row()

    assert (pending.cost_status, pending.cost_reasons, pending.usage_source) == ("unpriced", ["pending"], "none")


@pytest.mark.parametrize("is_stored", [True, False], ids=["row in the ledger", "row in the batch"])
def test_a_poll_that_reports_the_end_completes_the_row(is_stored: bool) -> None:
    pending = row()

    joined = join([] if is_stored else [pending], [pending] if is_stored else [], [poll()], record_of)

    [whole] = [one.after for one in joined.completions] if is_stored else joined.records
    assert (whole.id, whole.started_at, whole.duration_ms) == (pending.id, pending.started_at, pending.duration_ms)
    assert (whole.input_tokens, whole.output_tokens, whole.usage_source) == (900, 100, "reported")
    assert (whole.cost_nanousd, whole.cost_status, whole.cost_reasons) == (PRICE, "priced", None)
    assert (whole.model_requested, whole.model_returned) == ("gpt-4o", "gpt-4o-2024-08-06")
    assert whole.finish_reason == "completed"
    assert [one.before for one in joined.completions] == ([pending] if is_stored else [])
    assert (len(joined.resolved), joined.waiting) == (1, [])


@pytest.mark.parametrize(
    ("used", "expected"),
    [(USED, False), (Usage(output_tokens=100), False), (Usage(input_tokens=900), False), (NOTHING, True)],
)
def test_a_row_is_open_until_one_of_its_totals_is_reported(used: Usage, expected: bool) -> None:
    assert is_open(row(usage=used, is_pending=False)) is expected


def test_a_second_poll_adds_nothing() -> None:
    more = poll(9, usage=Usage(input_tokens=9000, output_tokens=100))

    joined = join([row()], [], [more, poll()], record_of)

    assert [one.input_tokens for one in joined.records] == [900]


def test_a_poll_for_work_with_known_usage_adds_nothing() -> None:
    values = row(usage=Usage(input_tokens=1, output_tokens=2), is_pending=False)

    joined = join([], [values], [poll()], record_of)

    assert (joined.records, joined.completions, joined.waiting) == ([], [], [])


def test_one_run_with_several_rows_has_one_usage() -> None:
    first, second = row(), row(started_at=STARTED_AT + SECOND)
    values = row(started_at=STARTED_AT + 2 * SECOND, usage=USED, is_pending=False)

    unfinished = join([second], [first], [poll()], record_of)
    finished = join([second, values], [first], [poll()], record_of)

    assert [one.after.id for one in unfinished.completions] == [first.id]
    assert [one.input_tokens for one in unfinished.records] == [None]
    assert (finished.completions, finished.records) == ([], [second, values])


@pytest.mark.parametrize("other", [{"host": "elsewhere.example"}, {"dialect": "openai_batches"}, {"completes": "x"}])
def test_a_poll_for_other_work_waits_for_its_row(other: dict[str, Any]) -> None:
    joined = join([row()], [], [poll(**other)], record_of)

    assert [one.usage_source for one in joined.records] == ["none"]
    assert len(joined.waiting) == 1


def test_work_that_failed_without_a_count_costs_nothing() -> None:
    failed = poll(usage=NOTHING, finish_reason="failed", outcome="http_error", error_code="server_error")

    [whole] = join([row()], [], [failed], record_of).records

    assert (whole.finish_reason, whole.error_code, whole.outcome) == ("failed", "server_error", "ok")
    assert (whole.cost_status, whole.cost_nanousd, whole.usage_source) == ("none", None, "none")


def test_an_answer_that_was_cut_short_is_completed_too() -> None:
    cut = row(outcome="client_abort", is_pending=False, finish_reason=None)

    [whole] = join([cut], [], [poll()], record_of).records

    assert (whole.outcome, whole.input_tokens, whole.cost_status) == ("client_abort", 900, "priced")


def test_the_price_is_that_of_the_request() -> None:
    asked: list[Reading] = []

    def price(one: Reading) -> Record:
        asked.append(one)
        return record_of(one)

    pending = row(price_context={"resolution": "720p", "size": "auto"})
    join([pending], [], [poll(86_400, price_context={"size": "1024x1024"})], price)

    assert [(one.started_at, one.model_requested) for one in asked] == [(STARTED_AT, "gpt-4o")]
    assert asked[0].price_context == {"resolution": "720p", "size": "1024x1024"}
    assert record_of(asked[0]).started_at == pending.started_at


def test_a_poll_that_cannot_be_priced_leaves_the_row_as_it_is() -> None:
    pending = row()

    assert join([pending], [], [poll()], lambda _: None).records == [pending]


@pytest.mark.parametrize(
    ("values", "adds_nothing"),
    [
        ({}, False),
        ({"is_pending": True, "finish_reason": "in_progress"}, True),
        ({"finish_reason": None, "usage": NOTHING}, True),
        ({"status": 404, "outcome": "http_error"}, True),
        ({"outcome": "client_abort"}, True),
        ({"outcome": "sidecar_stop"}, True),
        ({"outcome": "provider_cut"}, True),
        ({"outcome": "provider_cut", "error_type": "server_error"}, False),
        ({"completes": None, "is_pending": True}, False),
    ],
    ids=[
        *("the end", "under way", "cut", "not found", "left by the client", "left by us", "broken off", "an error"),
        "a call",
    ],
)
def test_a_poll_without_an_end_adds_nothing(values: dict[str, Any], adds_nothing: bool) -> None:
    assert msgspec.structs.replace(poll(), **values).adds_nothing is adds_nothing
