"""Reading to Record: what is billed, and how sure that is."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from farebox.config.price_rules import Free, GpuHour, Match, PriceRule
from farebox.pricing.row import is_settled, priced
from farebox.pricing.standard import standard
from farebox.recorder import ledger
from farebox.records.columns import NAMES
from farebox.records.reading import Reading
from farebox.records.text_size import TextSize
from farebox.records.usage import Part, Usage
from hypothesis import given
from hypothesis import strategies as st

from tests.support.samples import reading, record_of

NOTHING = Usage()
WHOLE = Usage(input_tokens=900, output_tokens=100)
PRICE = 900 * 2_500 + 100 * 10_000
HALF = Usage(input_tokens=900)
NO_PRICE = {"price_source", "price_version", "rate_card"}


@pytest.mark.parametrize(
    ("told", "status", "reasons", "nanousd"),
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
def test_the_cost_says_how_sure_it_is(
    told: dict[str, Any], status: str, reasons: list[str] | None, nanousd: int | None
) -> None:
    record = record_of(reading(**told))

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
def test_the_row_says_where_its_amounts_are_from(usage: Usage, source: str) -> None:
    assert record_of(reading(usage=usage)).usage_source == source


@pytest.mark.parametrize("operation", ["count_tokens", "moderation", "create_session"])
def test_what_a_provider_gives_away_is_free(operation: str) -> None:
    row = record_of(reading(usage=NOTHING, operation=operation))

    assert (row.cost_status, row.cost_nanousd, row.cost_reasons) == ("free", 0, ["free_operation"])


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


SIZES = TextSize(prompt_bytes=4000, answer_bytes=800)
SILENT: dict[str, Any] = {"usage": NOTHING, "sizes": SIZES, "request_bytes": 4200}


def test_tokens_that_nobody_stated_are_estimated_and_priced_with_their_band() -> None:
    row = record_of(reading(**SILENT))

    assert (row.usage_source, row.cost_status, row.cost_reasons) == ("estimated", "estimated", ["no_usage"])
    assert row.estimate is not None
    assert list(row.estimate) == ["input_tokens", "output_tokens", "cost_nanousd"]
    for column, (low, high) in row.estimate.items():
        assert low < getattr(row, column) < high
    assert row.cost_nanousd == (row.input_tokens or 0) * 2_500 + (row.output_tokens or 0) * 10_000


def test_a_cut_stream_keeps_the_input_that_it_stated() -> None:
    row = record_of(reading(**SILENT | {"usage": Usage(input_tokens=900, output_tokens=1), "outcome": "client_abort"}))

    assert (row.input_tokens, row.usage_source, row.cost_status) == (900, "estimated", "estimated")
    assert (row.cost_reasons, list(row.estimate or ())) == (["incomplete_answer"], ["output_tokens", "cost_nanousd"])


def test_an_estimate_without_a_price_is_unpriced() -> None:
    row = record_of(reading(**SILENT, model_requested="no-such-model"))

    assert (row.usage_source, row.cost_status, row.cost_nanousd) == ("estimated", "unpriced", None)
    assert list(row.estimate or ()) == ["input_tokens", "output_tokens"]


def test_what_was_refused_is_not_estimated() -> None:
    row = record_of(reading(**SILENT, outcome="http_error", status=429))

    assert (row.usage_source, row.cost_status, row.estimate, row.input_tokens) == ("none", "none", None, None)


@pytest.mark.parametrize(
    ("told", "nanousd", "place", "catalogue"),
    [
        ({"raw_usage": {"cost": 0.0031}}, 3_100_000, "usage.cost", PRICE),
        ({"cost_header": "0.0031"}, 3_100_000, "x-litellm-response-cost", PRICE),
        ({"raw_usage": {"cost": 0.0031}, "model_requested": "no-such-model"}, 3_100_000, "usage.cost", None),
        ({"raw_usage": {"cost": 0.0031}, "outcome": "provider_cut"}, 3_100_000, "usage.cost", PRICE),
    ],
    ids=["usage", "header", "a model without a price", "cut"],
)
def test_what_the_provider_bills_goes_before_the_catalogue_s_price(
    told: dict[str, Any], nanousd: int, place: str, catalogue: int | None
) -> None:
    row = record_of(reading(usage=WHOLE, **told))

    assert (row.cost_nanousd, row.cost_status, row.cost_reasons) == (nanousd, "reported", [place])
    assert (row.catalogue_cost_nanousd, row.price_source) == (catalogue, "reported")


FREE_RULE = PriceRule(Match(provider="openai"), local=Free())
HIRED = PriceRule(Match(provider="openai"), local=GpuHour(usd_per_hour=Decimal("3.60")))
A_CALL = PriceRule(Match(provider="openai"), per_request=Decimal("0.002"))


@pytest.mark.parametrize(
    ("rule", "told", "cost"),
    [
        (FREE_RULE, {"usage": NOTHING}, (0, "free", ["local", "no_usage"])),
        (FREE_RULE, SILENT, (0, "free", ["local", "no_usage"])),
        (FREE_RULE, {"usage": NOTHING, "status": 401, "outcome": "http_error"}, (None, "none", None)),
        (FREE_RULE, {"usage": NOTHING, "is_pending": True}, (None, "unpriced", ["pending"])),
        (HIRED, {"usage": NOTHING, "duration_ms": 2_500}, (2_500_000, "priced", ["no_usage"])),
        (HIRED, {**SILENT, "duration_ms": 2_500}, (2_500_000, "priced", ["no_usage"])),
        (HIRED, {"usage": HALF, "duration_ms": 2_500}, (2_500_000, "priced", ["incomplete_usage"])),
        (A_CALL, {"usage": NOTHING}, (2_000_000, "priced", ["no_usage"])),
        (A_CALL, {"usage": NOTHING, "cost_header": "0.0031"}, (3_100_000, "reported", ["x-litellm-response-cost"])),
    ],
)
def test_a_price_of_the_whole_call_does_not_hang_on_what_was_consumed(
    rule: PriceRule, told: dict[str, Any], cost: tuple[int | None, str, list[str] | None]
) -> None:
    row = ledger.record_of(reading(**told), standard((rule,)))

    assert (row.cost_nanousd, row.cost_status, row.cost_reasons) == cost
    assert "cost_nanousd" not in (row.estimate or {})


def test_without_the_price_of_the_whole_call_what_nobody_told_is_unpriced_again() -> None:
    flat = ledger.record_of(reading(usage=NOTHING), standard((A_CALL,)))

    again = priced(flat, standard())

    assert not is_settled(flat)
    assert again == ledger.record_of(reading(id=flat.id, usage=NOTHING), standard())
    assert (again.cost_nanousd, again.cost_status, again.cost_reasons) == (None, "unpriced", ["no_usage"])


def test_all_that_was_read_is_in_the_row() -> None:
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

    told = msgspec.structs.asdict(read)
    for name in (
        "started_at",
        "usage",
        "meter_failed",
        "is_unreadable",
        "is_pending",
        "completes",
        "sizes",
        "cost_header",
        "stated_cost",
    ):
        del told[name]
    assert row.items() >= told.items()
    assert (row["input_tokens"], row["output_tokens"], row["reasoning_tokens"]) == (900, 100, None)


def test_every_column_is_there_whatever_was_read() -> None:
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
def test_whatever_is_reported_gets_a_row_with_whole_money(usage: Usage, model: str) -> None:
    record = record_of(reading(usage=usage, model_requested=model))

    assert record.cost_status in {"priced", "partial", "unpriced"}
    assert type(record.cost_nanousd) is (type(None) if record.cost_status == "unpriced" else int)


@pytest.mark.parametrize(
    ("told", "nanousd"),
    [
        ({"service_tier": "default"}, 900 * 1_250 + 100 * 10_000),
        ({"service_tier": "ON_DEMAND"}, 900 * 1_250 + 100 * 10_000),
        ({"service_tier": "ON_DEMAND_FLEX"}, 900 * 625 + 100 * 5_000),
        ({"service_tier": "batch"}, 900 * 625 + 100 * 5_000),
        ({"price_context": {"processing": "batch"}}, 900 * 625 + 100 * 5_000),
        ({"parts": [Part(WHOLE), Part(WHOLE, service_tier="batch")]}, 900 * 1_875 + 100 * 15_000),
        ({"parts": [Part(WHOLE), Part(WHOLE, "gpt-4o")]}, 900 * 3_750 + 100 * 20_000),
        (
            {"parts": [Part(WHOLE, price_context={"processing": "batch"}), Part(WHOLE, service_tier="flex")]},
            900 * 1_250 + 100 * 10_000,
        ),
    ],
    ids=["default", "vertex", "vertex's flex", "batch told as a tier", "batch", "parts", "models", "tiers of parts"],
)
def test_tiers_and_parts_have_prices_of_their_own(told: dict[str, Any], nanousd: int) -> None:
    november = 1_793_491_200_000_000_000

    row = record_of(reading(usage=WHOLE, model_requested="gpt-5", started_at=november, **told))

    assert (row.cost_nanousd, row.cost_status, row.cost_reasons) == (nanousd, "priced", None)


def test_a_reading_of_an_older_worker_is_understood() -> None:
    oldest = Reading(id="1", started_at=0, provider="openai", host="api.openai.com", outcome="ok")

    assert record_of(oldest).cost_status == "unpriced"
