"""The providers of the matrix: they speak HTTP/1.1 and HTTP/2, and one answer of each API is known."""

import asyncio
import json
import ssl
from dataclasses import dataclass
from typing import Any, Self

from tests.support.answers import chunk, event
from tests.support.h2_upstream import End, Frame, H2Upstream, Head
from tests.support.upstream import Asked, Step, Upstream, plain, stream

HOSTS = (
    "api.openai.com",
    "api.anthropic.com",
    "generativelanguage.googleapis.com",
    "bedrock-runtime.us-east-1.amazonaws.com",
    "api.mistral.ai",
    "api.cohere.com",
)
_META: dict[str, Any] = {"id": "r-1", "created": 1, "object": "chat.completion.chunk"}
_TOKENS = {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}


def _openai(model: str) -> bytes:
    said = chunk({"role": "assistant", "content": "The Ems."}, **_META, model=model)
    return said + chunk(finish="stop", **_META, model=model, usage=_TOKENS) + b"data: [DONE]\n\n"


def _named(kind: str, **body: Any) -> bytes:
    return f"event: {kind}\n".encode() + event(type=kind, **body)


_CLAUDE = {"id": "r-1", "type": "message", "role": "assistant", "content": [], "model": "claude-sonnet-4-5"}
ANSWERS: dict[str, tuple[str, bytes]] = {
    "api.openai.com": ("text/event-stream", _openai("gpt-4o")),
    "api.mistral.ai": ("text/event-stream", _openai("mistral-small-latest")),
    "api.anthropic.com": (
        "text/event-stream",
        _named("message_start", message={**_CLAUDE, "usage": {"input_tokens": 9, "output_tokens": 1}})
        + _named("content_block_start", index=0, content_block={"type": "text", "text": ""})
        + _named("content_block_delta", index=0, delta={"type": "text_delta", "text": "The Ems."})
        + _named("content_block_stop", index=0)
        + _named("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 4})
        + _named("message_stop"),
    ),
    "generativelanguage.googleapis.com": (
        "text/event-stream",
        event(
            candidates=[{"content": {"role": "model", "parts": [{"text": "The Ems."}]}, "finishReason": "STOP"}],
            usageMetadata={"promptTokenCount": 9, "candidatesTokenCount": 4, "totalTokenCount": 13},
            modelVersion="gemini-2.5-flash",
            responseId="r-1",
        ),
    ),
    "bedrock-runtime.us-east-1.amazonaws.com": (
        "application/json",
        json.dumps(
            {
                "output": {"message": {"role": "assistant", "content": [{"text": "The Ems."}]}},
                "stopReason": "end_turn",
                "usage": {"inputTokens": 9, "outputTokens": 4, "totalTokens": 13},
                "metrics": {"latencyMs": 5},
            }
        ).encode(),
    ),
    "api.cohere.com": (
        "application/json",
        json.dumps(
            {
                "id": "r-1",
                "finish_reason": "COMPLETE",
                "message": {"role": "assistant", "content": [{"type": "text", "text": "The Ems."}]},
                "usage": {
                    "billed_units": {"input_tokens": 9, "output_tokens": 4},
                    "tokens": {"input_tokens": 9, "output_tokens": 4},
                },
            }
        ).encode(),
    ),
}


@dataclass
class Provider(H2Upstream):
    """All providers at one port, which answers in the version of HTTP that its client prefers."""

    hosts: tuple[str, ...] = HOSTS

    def __enter__(self) -> Self:
        self.answer, self.frames = _steps, _frames
        super().__enter__()
        self._tls.set_alpn_protocols(["h2", "http/1.1"])
        return self

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tls: ssl.SSLObject | None = writer.get_extra_info("ssl_object")
        protocol = tls.selected_alpn_protocol() if tls else None
        if protocol == "h2":
            await super()._connection(reader, writer)
        else:
            self.protocols.add(protocol)
            await Upstream._connection(self, reader, writer)


def _steps(asked: Asked) -> list[Step]:
    kind, body = ANSWERS[asked.headers["host"]]
    return plain(body) if kind == "application/json" else stream(body.splitlines(keepends=True))


def _frames(asked: Asked) -> list[Frame]:
    kind, body = ANSWERS[asked.headers[":authority"]]
    return [Head((("content-type", kind),)), *body.splitlines(keepends=True), End()]
