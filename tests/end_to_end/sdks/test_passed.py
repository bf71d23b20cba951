"""The official SDKs get the provider's bytes at once, and may hang up at any time."""

import json
import threading
from typing import Any

import httpx2
import pytest

from tests.support.sdks import (
    OPENAI_COST,
    PROMPT,
    anthropic_events,
    ask_anthropic,
    ask_openai,
    openai_body,
    openai_events,
    streamed_text,
)
from tests.support.upstream import Step, Until, Upstream, plain, stream

# The SDK warns that the model is retired; its list price stays.
pytestmark = pytest.mark.filterwarnings("ignore:The model 'claude-sonnet-4-5' is deprecated:DeprecationWarning")


def test_the_first_chunk_arrives_before_the_last_is_sent(upstream: Upstream, row_of: Any) -> None:
    seen = threading.Event()
    first, *rest = stream(openai_events("chatcmpl-first"))
    upstream.answer = lambda _asked: [first, *rest[:2], Until(seen), *rest[2:]]

    chunks = iter(ask_openai(stream=True))
    next(chunks)
    second = next(chunks)
    seen.set()

    assert second.choices[0].delta.content == "Hel"
    assert streamed_text(chunks) == "lo!"
    assert row_of("chatcmpl-first")["outcome"] == "ok"


@pytest.mark.parametrize("is_streamed", [False, True], ids=["plain", "streamed"])
def test_the_bytes_at_the_client_are_the_bytes_sent(upstream: Upstream, row_of: Any, is_streamed: bool) -> None:
    response_id = f"chatcmpl-exact-{is_streamed}"
    events = [b": hello\r\n\r\n", *openai_events(response_id), b"data: \xff\xfe after the end\n\n"]
    body = b"".join(events) if is_streamed else openai_body(response_id) + b"  \n"
    upstream.answer = lambda _asked: stream(events) if is_streamed else plain(body)
    sent = json.dumps({"model": "gpt-4o", "stream": is_streamed, "messages": PROMPT}, indent=3).encode() + b"\n"

    with httpx2.Client() as client:
        answer = client.post("https://api.openai.com/v1/chat/completions?a=b%20c", content=sent)

    assert answer.content == body
    assert upstream.asked[-1].body == sent
    assert upstream.asked[-1].target == "/v1/chat/completions?a=b%20c"
    metered = body[: body.index(b"[DONE]") + len(b"[DONE]\n\n")] if is_streamed else body
    # What comes in one read with the end mark counts.
    assert row_of(response_id)["response_bytes"] in {len(metered), len(body)}


def test_a_disconnect_in_a_stream_is_a_client_abort(upstream: Upstream, row_of: Any) -> None:
    gone = threading.Event()
    steps = stream(anthropic_events("msg_abort"))
    upstream.answer = lambda _asked: [*steps[:5], Until(gone), *steps[5:]]

    chunks = ask_anthropic(stream=True)
    assert next(chunks).type == "message_start"
    chunks.close()
    row = row_of("msg_abort")
    gone.set()

    assert (row["outcome"], row["input_tokens"], row["output_tokens"]) == ("client_abort", 6100, 2)
    assert (row["cost_status"], row["cost_reasons"]) == ("partial", ["incomplete_answer"])


def test_a_disconnect_after_the_end_mark_is_ok(upstream: Upstream, row_of: Any) -> None:
    gone = threading.Event()
    steps: list[Step] = [*stream(openai_events("chatcmpl-after"))[:-2], Until(gone)]
    upstream.answer = lambda _asked: steps

    text = streamed_text(ask_openai(stream=True))
    row = row_of("chatcmpl-after")
    gone.set()

    assert text == "Hello!"
    assert (row["outcome"], row["cost_nanousd"]) == ("ok", OPENAI_COST)
