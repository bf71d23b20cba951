"""The meter: what of an answer beside its usage becomes a field of the Reading."""

import json
from typing import Any

import pytest
from farebox.metering import meter as module

from tests.support.answers import PLAIN, STREAM, answer, chunk, event, meter

UNKNOWN_TOOL = {"message": "Unknown parameter: 'tools'."}


@pytest.mark.parametrize(
    ("status", "headers", "body", "param"),
    [
        (400, PLAIN, json.dumps({"error": UNKNOWN_TOOL}).encode(), "tools"),
        (422, PLAIN, json.dumps({"error": UNKNOWN_TOOL}).encode(), "tools"),
        (200, PLAIN, json.dumps({"message": "Unknown parameter: 'tools'."}).encode(), None),
        (200, STREAM, chunk({"content": "The"}) + event(error=UNKNOWN_TOOL), "tools"),
        (200, STREAM, event(error=UNKNOWN_TOOL) + event(error={"message": "Unknown parameter: 'top_k'."}), "tools"),
        (200, STREAM, event(message="Unknown parameter: 'tools'.") + chunk({"content": "The"}), None),
    ],
    ids=["400", "422", "no error", "in a stream", "the first", "no error in a stream"],
)
def test_the_parameter_of_an_error_is_that_of_its_message(
    status: int, headers: Any, body: bytes, param: str | None
) -> None:
    assert answer(headers, body, status=status).error_param == param


def test_limits_in_the_head_are_kept() -> None:
    reading = answer((*PLAIN, ("x-ratelimit-remaining-requests", "59")), b"{}")

    assert reading.ratelimit == {"remaining_requests": 59}


def test_the_text_of_all_chunks_is_measured() -> None:
    reading = answer(STREAM, chunk({"content": "four"}) + chunk({"content": "Zürich"}) + b"data: [DONE]\n\n")

    assert reading.sizes.answer_bytes == 4 + 7


@pytest.mark.parametrize(
    ("headers", "outcome"),
    [
        ((("content-length", "12"),), "ok"),
        ((("content-length", "13"),), "client_abort"),
        ((("content-length", "13"), ("transfer-encoding", "chunked")), "ok"),
        ((("content-length", "many"),), "ok"),
        ((), "ok"),
    ],
    ids=["whole", "a byte is missing", "chunked", "no length", "none"],
)
def test_a_plain_answer_is_whole_with_its_announced_length(headers: Any, outcome: str) -> None:
    reader = meter(headers=(*PLAIN, *headers))

    reader.feed(b'{"id": "12"}', 0.1)

    assert reader.close(0.2, "client_abort").outcome == outcome


@pytest.mark.parametrize("more", [0, 1])
def test_one_read_contains_so_many_documents_and_no_more(more: int) -> None:
    reader = meter()

    reader.feed(b"data: {}\n\n" * (module._DOCUMENTS_AT_ONCE + more), 0.1)

    assert reader.close(0.2).is_unreadable is bool(more)
