"""What a worker hands to the recorder survives the way there, across versions."""

from typing import Any

import msgspec
import pytest
from farebox.records.reading import Reading, StatedCost, decode, encode
from farebox.records.text_size import TextSize
from farebox.records.usage import Part, Usage
from hypothesis import given
from hypothesis import strategies as st

FULL = Reading(
    id="0199c0de-0000-7000-8000-000000000001",
    started_at=1_760_000_000_000_000_000,
    provider="openai",
    host="api.openai.com",
    outcome="ok",
    is_cost_believed=False,
    sidecar="a1",
    dialect="openai_chat",
    operation="chat",
    provider_request_id="req_made_0001",
    response_id="chatcmpl-Made0001",
    model_requested="gpt-4o",
    model_returned="gpt-4o-2024-08-06",
    service_tier="default",
    streamed=True,
    status=200,
    error_type="server_error",
    error_code="502",
    error_param="model",
    finish_reason="stop",
    usage=Usage(input_tokens=12, cache_read_tokens=0, output_tokens=4, units={"web_search_requests": 2}),
    raw_usage={"prompt_tokens": 12, "cost": 0.25, "details": {"list": [1, None, "word"]}, "is_byok": False},
    meter_failed=True,
    is_unreadable=True,
    is_pending=True,
    completes="resp_made0001",
    duration_ms=1000,
    ttfb_ms=0,
    ttft_ms=1,
    output_chunks=0,
    overhead_us=40,
    request_bytes=10,
    response_bytes=2**40,
    user_id="u-1",
    team="Flüsse",
    project="Häfen",
    conversation="c-1",
    message_id="m-1",
    agent_id="agent-1",
    trace="0af7651916cd43dd8448eb211c80319c",
    client_app="LibreChat",
    client_addr="192.0.2.7",
    key_fingerprint="0123456789abcdef",
    purpose="title",
    tags={"x-team": "Flüsse"},
    params={"temperature": 0.2, "stop": 2, "user": True, "tool_choice": "auto", "format": None},
    ratelimit={"remaining_requests": 0, "reset_requests_ms": 17},
    sizes=TextSize(prompt_bytes=0, media=1, answer_bytes=9),
    cost_header="0.1",
    attempt=2,
    request_hash="0123456789abcdef",
    price_context={"speed": "fast"},
    parts=[Part(Usage(input_tokens=5), "gpt-4o-mini", "flex", {"processing": "batch"})],
    stated_cost=StatedCost("billing.amount", "12", "cent"),
    retry_of="0199c0de-0000-7000-8000-000000000000",
    content_hash="fedcba9876543210",
    is_repeatable=True,
    is_side_task=True,
    is_delegating=True,
    doubts=["total_differs"],
    key_kind="api",
    billing="metered",
    billing_source="header",
    plan="claude",
)
LEAST: dict[str, Any] = {
    "id": "1",
    "started_at": 0,
    "provider": "unknown",
    "host": "unknown",
    "outcome": "client_abort",
}


@pytest.mark.parametrize("reading", [FULL, Reading(**LEAST)], ids=["full", "least"])
def test_a_reading_survives_the_spool(reading: Reading) -> None:
    assert decode(encode(reading)) == reading


def test_the_full_sample_is_full() -> None:
    """A new column must get its place in the sample."""
    defaults = msgspec.structs.asdict(Reading(**LEAST))

    assert [name for name, value in msgspec.structs.asdict(FULL).items() if value == defaults[name]] == []


@given(st.integers(0, 2**53), st.text(max_size=40), st.dictionaries(st.text(max_size=5), st.text(max_size=5)))
def test_any_value_survives_the_spool(number: int, text: str, tags: dict[str, str]) -> None:
    reading = Reading(**LEAST | {"model_returned": text, "tags": tags, "usage": Usage(input_tokens=number)})

    assert decode(encode(reading)) == reading


def test_an_older_message_lacks_what_came_later() -> None:
    message = msgspec.msgpack.encode(LEAST | {"usage": {"output_tokens": 0}})

    assert decode(message) == Reading(**LEAST | {"usage": Usage(output_tokens=0)})


def test_a_newer_message_has_what_is_not_known_yet() -> None:
    message = msgspec.msgpack.encode(LEAST | {"mood": "calm", "usage": {"video_tokens": 3}})

    assert decode(message) == Reading(**LEAST)


def test_unknown_is_not_zero() -> None:
    """Neither takes the other's place on the way."""
    zero = Reading(**LEAST | {"usage": Usage(input_tokens=0), "ttft_ms": 0, "status": 0, "streamed": False})
    decoded = decode(encode(zero))

    assert (decoded.usage.input_tokens, decoded.ttft_ms, decoded.status, decoded.streamed) == (0, 0, 0, False)
    assert (decoded.usage.output_tokens, decoded.ttfb_ms) == (None, None)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\xc1",
        b"torn",
        encode(FULL)[:-1],
        encode(FULL)[:40],
        msgspec.msgpack.encode({"id": "1"}),
        msgspec.msgpack.encode(LEAST | {"status": "200"}),
        msgspec.msgpack.encode([LEAST]),
    ],
    ids=["empty", "no such byte", "text", "cut", "cut early", "lacks columns", "wrong type", "a list"],
)
def test_what_is_no_reading_is_refused(message: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode(message)


def test_a_reading_does_not_change() -> None:
    frozen: Any = FULL

    with pytest.raises(AttributeError):
        frozen.status = 500
