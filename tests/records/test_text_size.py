"""TextSize tell how much text there is, whatever holds it, and hold none of it."""

import json
import sys
from typing import Any

import pytest
from farebox.metering.call import call_of
from farebox.metering.meter import Meter
from farebox.records import text_size
from farebox.records.exchange import Response, request_to
from farebox.records.text_size import TextSize, content_bytes, measure, measure_raw

IMAGE = "iVBORw0KGgoAAAANSUhEUgAA" * 400
URL = "https://api.openai.com/v1/chat/completions"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"messages": [{"role": "user", "content": "0123456789"}]}, (8 + 4 + 4 + 7 + 10, 0)),
        ({"content": "日本語"}, (7 + 9, 0)),
        ({"content": "word " * 500}, (7 + 2500, 0)),
        ({"url": "data:image/png;base64," + IMAGE}, (3, 1)),
        ({"data": IMAGE, "more": [IMAGE]}, (8, 2)),
        ({"content": "\ud800"}, (7 + 3, 0)),
        ([1, None, True, 2.5, {}], (0, 0)),
        (None, (0, 0)),
    ],
    ids=["chat", "wide", "long text", "data URL", "bare base64", "lone surrogate", "no text", "nothing"],
)
def test_text_is_measured_and_media_are_counted(document: Any, expected: tuple[int, int]) -> None:
    assert measure(document) == expected


@pytest.mark.parametrize(
    "document",
    [
        {"messages": [{"role": "user", "content": "0123456789"}]},
        {"content": "\u65e5\u672c\u8a9e"},
        {"content": "line\n" * 500, "quoted": 'say "hello" \\ twice\\\\', "end": "\\"},
        {"url": "data:image/png;base64," + IMAGE},
        {"data": IMAGE, "more": [IMAGE, "a" * 199 + "!" + "a" * 100, "word " * 100]},
        {"edge": "A" * 256, "over": "A" * 257},
        [1, None, True, 2.5, {}, "", [""]],
        {"": ""},
    ],
    ids=["chat", "wide", "escapes", "data URL", "bare base64", "length of media", "no text", "empty"],
)
def test_json_text_has_the_size_of_its_document(document: Any) -> None:
    for ascii_only in (True, False):
        body = json.dumps(document, ensure_ascii=ascii_only).encode()
        assert measure_raw(body) == pytest.approx(measure(document), abs=3 if ascii_only else 0)


def test_a_slash_of_base64_may_be_escaped_in_json_text() -> None:
    body = json.dumps({"url": "data:image/png;base64," + "a/b+" * 100}).replace("/", "\\/").encode()

    assert measure_raw(body) == (len("url"), 1)


@pytest.mark.parametrize("body", [b"", b"{}", b'"', b'"cut', b'{"a', b'"a\\"'])
def test_json_text_that_is_cut_off_is_measured_as_far_as_it_goes(body: bytes) -> None:
    assert measure_raw(body) == (len(body.lstrip(b'{}"').replace(b"\\", b"")), 0)


def test_escapes_are_counted_in_the_beginning_of_a_long_string() -> None:
    body = json.dumps(["line\n" * 100_000]).encode()

    assert measure_raw(body)[0] == pytest.approx(500_000, rel=0.001)


def test_escapes_behind_the_sample_do_not_count() -> None:
    body = b'"\\n' + b"a" * text_size._ESCAPES_SAMPLE + b"\\u00e9" * 1_000 + b'"'

    assert measure_raw(body)[0] == pytest.approx(len(body) - 3, abs=2)


class _Searched(bytes):
    """JSON text that counts how often it is searched."""

    searches = 0

    def find(self, *arguments: Any) -> int:
        self.searches += 1
        return super().find(*arguments)


@pytest.mark.parametrize(
    ("item", "text"),
    [("ten bytes!", 10), ('quote"' * 50, 300), ("\\" * 100, 100), ({"a": 1}, 1)],
    ids=["strings", "quotes", "backslashes", "keys"],
)
def test_json_text_is_searched_up_to_a_limit_and_the_rest_told_by_proportion(item: Any, text: int) -> None:
    body = _Searched(json.dumps([item] * 50_000).encode())

    assert measure_raw(body)[0] == pytest.approx(50_000 * text, rel=0.01)
    assert body.searches <= 2 * text_size._STRINGS + 2


def test_beyond_a_limit_the_rest_is_told_by_proportion() -> None:
    text, _ = measure(["ten bytes!"] * 100_000)
    assert text == pytest.approx(1_000_000, rel=0.001)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"id": "chatcmpl-1", "choices": [{"delta": {"content": "four"}}], "obfuscation": "xxxxxxx"}, 4),
        ({"choices": [{"delta": {"tool_calls": [{"id": "c", "function": {"arguments": '{"a":1}'}}]}}]}, 7),
        ({"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "hmm"}}, 3),
        ({"type": "content_block_delta", "delta": {"type": "signature_delta", "signature": "c2ln"}}, 0),
        ({"content": [{"type": "tool_use", "id": "t", "input": {"city": "Rome"}}]}, 8),
        ({"candidates": [{"content": {"parts": [{"text": "five!"}], "role": "model"}}]}, 5),
        ({"type": "response.output_text.delta", "item_id": "msg_1", "delta": "ab"}, 2),
        ({"model": "llama", "message": {"role": "assistant", "content": "abc"}}, 3),
        ({"model": "llama", "response": "abc"}, 3),
    ],
)
def test_what_the_model_says_is_measured_without_its_scaffolding(document: Any, expected: int) -> None:
    assert content_bytes(document) == expected


def test_an_answer_is_measured_where_it_has_content() -> None:
    body = b'{"model":"gpt-4o","stream":true,"messages":[]}'
    call = call_of(request_to("POST", URL, (), body), call_id="1", started_at=0)
    assert call is not None
    meter = Meter(call, Response(200, (("content-type", "text/event-stream"),)))
    for delta in ({"role": "assistant", "content": ""}, {"reasoning_content": "hm"}, {"content": "four"}):
        meter.feed(b"data: " + json.dumps({"choices": [{"delta": delta}]}).encode() + b"\n\n", 0.5)
    reading = meter.close(1.0)
    expected = TextSize(prompt_bytes=len("modelgpt-4ostreammessages"), answer_bytes=6, answer_kinds=("shown_thinking",))
    assert reading.sizes == expected
    assert reading.output_chunks == 2


def test_a_request_that_is_cut_off_has_no_size() -> None:
    request = request_to("POST", URL, (), b'{"model":"gpt-4o","messages":[{"content":"abc')
    call = call_of(request, call_id="1", started_at=0)
    assert call is not None
    assert call.asked.sizes == TextSize()


def test_the_effort_grows_with_the_conversation_and_no_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    # A pause takes some functions too.
    monkeypatch.setattr(text_size, "_AT_ONCE", 10**9)

    def steps(messages: int) -> int:
        """Return how many functions run to measure so many messages."""
        document = {"model": "m", "messages": [{"role": "user", "content": "word " * 100}] * messages}
        events: list[str] = []
        before = sys.getprofile()
        sys.setprofile(lambda _frame, event, _argument: events.append(event))
        try:
            measure(document)
        finally:
            sys.setprofile(before)
        return len(events)

    assert steps(200) - steps(100) == steps(300) - steps(200) < 100 * 50


def test_all_of_an_answer_is_measured_up_to_a_limit() -> None:
    assert content_bytes({"content": ["a"] * (text_size._VALUES - 2)}) == text_size._VALUES - 2
    assert content_bytes({"content": ["a"] * 2 * text_size._VALUES}) == text_size._VALUES - 2
