"""The chunks of one stream in each streaming API, as providers send them: a head, text, an end."""

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from farebox.records.exchange import Request, request_to

from tests.support.eventstreams import message

_SSE, _AWS = "text/event-stream", "application/vnd.amazon.eventstream"
_ASKS = b'{"model":"m-1","stream":true,"messages":[{"role":"user","content":"Name a river."}]}'
_JSON = (("content-type", "application/json"),)


class Stream(NamedTuple):
    """A stream of one API. `text` returns the chunk of one word."""

    name: str
    url: str
    content_type: str
    text: Callable[[str], bytes]
    head: Sequence[bytes] = ()
    headers: tuple[tuple[str, str], ...] = _JSON

    @property
    def request(self) -> Request:
        """The request that asks for it."""
        return request_to("POST", self.url, self.headers, _ASKS)

    def chunks(self, number: int) -> Iterator[bytes]:
        """Yield the head, and a chunk for each of `number` words."""
        yield from self.head
        for place in range(number):
            yield self.text(f" word{place % 97}")


def _sse(form: str, event: str = "") -> Callable[[str], bytes]:
    name = f"event: {event}\n" if event else ""
    before, _, behind = form.partition("WORD")
    return lambda word: f"{name}data: {before}{word}{behind}\n\n".encode()


def _line(form: str, mark: str = "\n") -> Callable[[str], bytes]:
    before, _, behind = form.partition("WORD")
    return lambda word: f"{before}{word}{behind}{mark}".encode()


def _aws(form: str, event: str) -> Callable[[str], bytes]:
    before, _, behind = form.partition("WORD")
    headers = {":event-type": event, ":content-type": "application/json", ":message-type": "event"}
    return lambda word: message(headers, f"{before}{word}{behind}".encode())


def _invoked(form: str) -> Callable[[str], bytes]:
    before, _, behind = form.partition("WORD")
    headers = {":event-type": "chunk", ":content-type": "application/json", ":message-type": "event"}

    def text(word: str) -> bytes:
        inner = base64.b64encode(f"{before}{word}{behind}".encode()).decode()
        return message(headers, json.dumps({"bytes": inner, "p": "abcdefghij"}).encode())

    return text


_CHAT = (
    '{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1764000000,"model":"gpt-4o-2024-08-06",'
    '"service_tier":"default","system_fingerprint":"fp_1","choices":[{"index":0,"delta":{"content":"WORD"},'
    '"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"abcdef"}'
)
_CLAUDE = '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"WORD"}}'
_GEMINI = (
    '{"candidates":[{"content":{"parts":[{"text":"WORD"}],"role":"model"},"index":0}],"usageMetadata":'
    '{"promptTokenCount":7,"totalTokenCount":7,"promptTokensDetails":[{"modality":"TEXT","tokenCount":7}]},'
    '"modelVersion":"gemini-2.5-flash","responseId":"r1"}'
)
_GOOGLE = "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:streamGenerateContent"
_BEDROCK = "https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-3-haiku-20240307-v1:0"

STREAMS: Sequence[Stream] = (
    Stream("openai_chat", "https://api.openai.com/v1/chat/completions", _SSE, _sse(_CHAT)),
    Stream(
        "openai_completions",
        "https://api.openai.com/v1/completions",
        _SSE,
        _sse('{"id":"c1","object":"text_completion","created":17,"choices":[{"text":"WORD","index":0}],"model":"m"}'),
    ),
    Stream(
        "openai_responses",
        "https://api.openai.com/v1/responses",
        _SSE,
        _sse(
            '{"type":"response.output_text.delta","sequence_number":4,"item_id":"msg_1","output_index":0,'
            '"content_index":0,"delta":"WORD","logprobs":[],"obfuscation":"abcdef"}',
            "response.output_text.delta",
        ),
    ),
    Stream(
        "anthropic_messages",
        "https://api.anthropic.com/v1/messages",
        _SSE,
        _sse(_CLAUDE, "content_block_delta"),
        [
            _sse(
                '{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":'
                '"claude-sonnet-4-5-20250929","content":[],"usage":{"input_tokens":9,"output_tokens":1}}}',
                "message_start",
            )("")
        ],
        (*_JSON, ("anthropic-version", "2023-06-01")),
    ),
    Stream(
        "anthropic_complete",
        "https://api.anthropic.com/v1/complete",
        _SSE,
        _sse(
            '{"type":"completion","id":"c1","completion":"WORD","stop_reason":null,"model":"claude-2.1"}', "completion"
        ),
        headers=(*_JSON, ("anthropic-version", "2023-06-01")),
    ),
    Stream("gemini_generate, events", f"{_GOOGLE}?alt=sse", _SSE, _sse(_GEMINI)),
    Stream("gemini_generate, array", _GOOGLE, "application/json", _line(_GEMINI, ",\r\n"), [b"["]),
    Stream(
        "gemini_interactions",
        "https://generativelanguage.googleapis.com/v1beta/interactions",
        _SSE,
        _sse('{"index":1,"delta":{"type":"text","text":"WORD"},"event_type":"step.delta"}'),
    ),
    Stream(
        "bedrock_converse",
        f"{_BEDROCK}/converse-stream",
        _AWS,
        _aws('{"contentBlockIndex":0,"delta":{"text":"WORD"},"p":"abcdefghij"}', "contentBlockDelta"),
    ),
    Stream("bedrock_invoke", f"{_BEDROCK}/invoke-with-response-stream", _AWS, _invoked(_CLAUDE)),
    Stream(
        "ollama_chat",
        "http://localhost:11434/api/chat",
        "application/x-ndjson",
        _line(
            '{"model":"llama3.2","created_at":"2026-01-01T00:00:00.1234Z",'
            '"message":{"role":"assistant","content":"WORD"},"done":false}'
        ),
    ),
    Stream(
        "ollama_generate",
        "http://localhost:11434/api/generate",
        "application/x-ndjson",
        _line('{"model":"llama3.2","created_at":"2026-01-01T00:00:00.1234Z","response":"WORD","done":false}'),
    ),
    Stream(
        "cohere_chat",
        "https://api.cohere.com/v2/chat",
        _SSE,
        _sse(
            '{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"WORD"}}}}',
            "content-delta",
        ),
    ),
    Stream(
        "mistral_conversations",
        "https://api.mistral.ai/v1/conversations",
        _SSE,
        _sse(
            '{"type":"message.output.delta","created_at":"2026-01-01T00:00:00Z","output_index":0,"id":"m1",'
            '"content_index":0,"model":"mistral-medium","role":"assistant","content":"WORD"}',
            "message.output.delta",
        ),
    ),
    Stream(
        "hf_inference",
        "https://api-inference.huggingface.co/models/HuggingFaceH4/zephyr-7b-beta",
        _SSE,
        lambda word: _sse(
            f'{{"index":{len(word)},"token":{{"id":{hash(word) % 30_000},"text":"WORD","special":false}},'
            '"generated_text":null,"details":null}'
        )(word),
    ),
    Stream(
        "llamacpp_completion",
        "http://localhost:8080/completion",
        _SSE,
        _sse(
            '{"index":0,"content":"WORD","tokens":[],"stop":false,"id_slot":-1,"tokens_predicted":7,"tokens_evaluated":9}'
        ),
    ),
    Stream(
        "watsonx_chat",
        "https://eu-de.ml.cloud.ibm.com/ml/v1/text/chat_stream?version=2025-02-06",
        _SSE,
        lambda word: (
            b"id: 1\nevent: message\n"
            + _sse(
                '{"id":"c1","object":"chat.completion.chunk","model_id":"ibm/granite","model":"ibm/granite","choices":'
                '[{"index":0,"finish_reason":null,"delta":{"content":"WORD"}}],"created":17}'
            )(word)
        ),
    ),
)
