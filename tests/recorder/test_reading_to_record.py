"""Reading to Record: what is billed, and how sure that is."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from farebox.records.columns import NAMES
from farebox.records.reading import Reading
from farebox.records.usage import Usage
from hypothesis import given
from hypothesis import strategies as st

from tests.support.samples import reading, record_of

NOTHING = Usage()
WHOLE = Usage(input_tokens=900, output_tokens=100)
PRICE = 900 * 2_500 + 100 * 10_000
HALF = Usage(input_tokens=900)
NO_PRICE = {"price_source", "price_version", "rate_card"}


@pytest.mark.parametrize(
    ("values", "status", "reasons", "nanousd"),
    [
        ({"usage": WHOLE}, "priced", None, PRICE),
        ({"usage": NOTHING, "outcome": "http_error", "status": 401}, "none", None, None),
        ({"usage": NOTHING, "outcome": "http_error", "status": 500}, "none", None, None),
        ({"usage": NOTHING, "outcome": "network_error", "status": None}, "none", None, None),
        ({"usage": NOTHING, "outcome": "network_error", "meter_failed": True}, "none", None, None),
        ({"usage": NOTHING}, "unpriced", ["no_usage"], None),
        ({"usage": NOTHING, "is_pending": True}, "unpriced", ["pending"], None),
        ({"usage": HALF, "operation": "embeddings"}, "priced", None, 900 * 2_500),
        ({"usage": NOTHING, "outcome": "client_abort"}, "unpriced", ["no_usage"], None),
        ({"usage": NOTHING, "outcome": "provider_cut"}, "unpriced", ["no_usage"], None),
        ({"usage": NOTHING, "meter_failed": True}, "unpriced", ["meter_failure"], None),
        ({"usage": WHOLE, "meter_failed": True}, "partial", ["meter_failure"], PRICE),
        ({"usage": NOTHING, "is_unreadable": True}, "unpriced", ["unreadable_answer"], None),
        ({"usage": WHOLE, "is_unreadable": True}, "partial", ["unreadable_answer"], PRICE),
        ({"usage": WHOLE, "outcome": "client_abort"}, "partial", ["incomplete_answer"], PRICE),
        ({"usage": WHOLE, "outcome": "provider_cut"}, "partial", ["incomplete_answer"], PRICE),
        ({"usage": WHOLE, "outcome": "sidecar_stop"}, "partial", ["incomplete_answer"], PRICE),
        ({"usage": WHOLE, "outcome": "http_error", "status": 400}, "priced", None, PRICE),
        ({"usage": HALF, "outcome": "client_abort"}, "partial", ["incomplete_answer"], 900 * 2_500),
        ({"usage": HALF}, "partial", ["incomplete_usage"], 900 * 2_500),
        ({"usage": Usage(output_tokens=100)}, "partial", ["incomplete_usage"], 100 * 10_000),
        ({"usage": WHOLE, "model_requested": "junk"}, "unpriced", ["unknown_model"], None),
        (
            {"usage": WHOLE, "model_requested": "junk", "outcome": "client_abort"},
            "unpriced",
            ["unknown_model", "incomplete_answer"],
            None,
        ),
        ({"usage": WHOLE, "provider": "unknown"}, "unpriced", ["unknown_provider"], None),
        ({"usage": WHOLE, "service_tier": "imperial"}, "partial", ["no_price:service_tier=imperial"], PRICE),
        ({"usage": Usage(input_tokens=0, output_tokens=0)}, "priced", None, 0),
    ],
    ids=[
        "plain",
        "401",
        "500",
        "no network",
        "no network and a fault of ours",
        "no usage",
        "not finished",
        "embeddings have no output",
        "abort without usage",
        "cut without usage",
        "a fault of ours",
        "a fault of ours after usage",
        "unreadable",
        "unreadable after usage",
        "abort after usage",
        "cut after usage",
        "stop after usage",
        "an error that reports usage",
        "abort after half the usage",
        "input alone",
        "output alone",
        "unknown model",
        "unknown model and abort",
        "unknown provider",
        "unknown tier",
        "nothing consumed",
    ],
)
def test_the_cost_status_says_how_certain_the_cost_is(
    values: dict[str, Any], status: str, reasons: list[str] | None, nanousd: int | None
) -> None:
    record = record_of(reading(**values))

    assert (record.cost_status, record.cost_reasons, record.cost_nanousd) == (status, reasons, nanousd)
    assert record.catalogue_cost_nanousd == nanousd
    assert type(record.cost_nanousd) is not float
    assert [name for name in NO_PRICE if getattr(record, name) is None] == ([] if nanousd is not None else [*NO_PRICE])


@pytest.mark.parametrize(
    ("usage", "source"),
    [
        (NOTHING, "none"),
        (WHOLE, "reported"),
        (Usage(units={"images": 1}), "reported"),
        (Usage(output_tokens=0), "reported"),
    ],
    ids=["nothing", "tokens", "units", "zero"],
)
def test_the_row_has_the_source_of_its_usage(usage: Usage, source: str) -> None:
    assert record_of(reading(usage=usage)).usage_source == source


@pytest.mark.parametrize("operation", ["count_tokens", "moderation", "create_session"])
def test_operations_that_are_never_billed_are_free(operation: str) -> None:
    row = record_of(reading(usage=NOTHING, operation=operation))

    assert (row.cost_status, row.cost_nanousd, row.cost_reasons) == ("free", 0, ["free_operation"])


@pytest.mark.parametrize(
    ("status", "cost_status"),
    [
        (200, "unpriced"),
        (204, "none"),
        (205, "unpriced"),
        (299, "unpriced"),
        (300, "none"),
        (399, "none"),
        (400, "unpriced"),
    ],
)
def test_a_response_that_has_no_answer_costs_nothing(status: int, cost_status: str) -> None:
    assert record_of(reading(usage=NOTHING, status=status)).cost_status == cost_status


def test_the_start_is_a_moment_in_utc_to_the_microsecond() -> None:
    moment = datetime(2026, 11, 1, 12, 30, 15, 123456, tzinfo=UTC)
    nanoseconds = 1_793_536_215_123_456_789

    assert record_of(reading(started_at=nanoseconds)).started_at == moment


def test_a_call_is_priced_as_of_its_start() -> None:
    used = {"usage": WHOLE, "model_requested": "gpt-5", "service_tier": "flex"}
    september, november = 1_788_220_800_000_000_000, 1_793_491_200_000_000_000

    before, after = (record_of(reading(started_at=at, **used)) for at in (september, november))

    assert (before.cost_nanousd, before.cost_status) == (900 * 1_250 + 100 * 10_000, "partial")
    assert (after.cost_nanousd, after.cost_status) == (900 * 625 + 100 * 5_000, "priced")


# What the recorder computes with, and a time of another type.
NO_COLUMNS = (
    "started_at",
    "usage",
    "meter_failed",
    "is_unreadable",
    "is_pending",
    "completes",
    "sizes",
    "cost_header",
    "stated_cost",
    "is_cost_believed",
    "doubts",
    "content_hash",
    "is_repeatable",
    "is_side_task",
    "is_delegating",
)


def test_the_row_has_every_field_of_the_reading() -> None:
    read = reading(
        sidecar="here",
        response_id="chatcmpl-1",
        model_returned="gpt-4o-2024-08-06",
        streamed=True,
        finish_reason="stop",
        raw_usage={"prompt_tokens": 900},
        duration_ms=1,
        ttfb_ms=2,
        ttft_ms=3,
        output_chunks=4,
        overhead_us=5,
        request_bytes=6,
        response_bytes=7,
        tags={"x-team": "red"},
        params={"temperature": 0.2},
        ratelimit={"remaining_requests": 8},
    )

    row = msgspec.structs.asdict(record_of(read))

    values = msgspec.structs.asdict(read)
    for name in NO_COLUMNS:
        del values[name]
    assert row.items() >= values.items()
    assert (row["input_tokens"], row["output_tokens"], row["reasoning_tokens"]) == (900, 100, None)


def test_the_row_has_every_column() -> None:
    assert tuple(msgspec.structs.asdict(record_of(reading(usage=NOTHING)))) == NAMES


@given(
    st.builds(
        Usage,
        input_tokens=st.none() | st.integers(0, 10**12),
        cache_read_tokens=st.none() | st.integers(0, 10**12),
        cache_write_tokens=st.none() | st.integers(0, 10**12),
        cache_write_1h_tokens=st.none() | st.integers(0, 10**12),
        output_tokens=st.none() | st.integers(0, 10**12),
        input_audio_tokens=st.none() | st.integers(0, 10**12),
        units=st.none() | st.dictionaries(st.sampled_from(["web_search_requests", "images"]), st.integers(0, 10**12)),
    ),
    st.sampled_from(["gpt-4o", "gpt-4o-audio-preview", "text-embedding-3-small", "junk"]),
)
def test_money_is_an_integer_for_any_usage(usage: Usage, model: str) -> None:
    record = record_of(reading(usage=usage, model_requested=model))

    assert record.cost_status in {"priced", "partial", "unpriced"}
    assert type(record.cost_nanousd) is (type(None) if record.cost_status == "unpriced" else int)


def test_a_reading_of_an_older_worker_is_understood() -> None:
    oldest = Reading(id="1", started_at=0, provider="openai", host="api.openai.com", outcome="ok")

    assert record_of(oldest).cost_status == "unpriced"
