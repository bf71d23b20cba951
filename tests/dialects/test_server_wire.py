"""Whole exchanges of real servers and gateways, which lie outside the project, are read right."""

import io
import os
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import pytest
from farebox.metering.call import call_of
from farebox.metering.meter import Meter
from farebox.pricing.standard import standard
from farebox.recorder.reading_to_record import record_of
from farebox.records.exchange import Response, request_to
from farebox.records.record import Record

FOLDER = Path(os.environ.get("FAREBOX_SHARED", "")) / "server-wire"
# Provider, dialect, input, cache reads and output, as the servers' own bytes state them.
EXPECTED: dict[str, tuple[Any, ...]] = {
    "llamacpp_native_completion": ("llamacpp", "llamacpp_completion", 16, 15, 6),
    "llamacpp_native_completion_stream": ("llamacpp", "llamacpp_completion", 16, 15, 6),
    "llamacpp_native_completions": ("llamacpp", "llamacpp_completion", 16, 15, 6),
    "llamacpp_native_completions_stream": ("llamacpp", "llamacpp_completion", 16, 15, 6),
    "llamacpp_chat": ("llamacpp", "openai_chat", 30, 29, 6),
    "llamacpp_chat_stream_usage": ("llamacpp", "openai_chat", 30, 29, 6),
    "llamacpp_messages": ("llamacpp", "anthropic_messages", 30, 29, 4),
    "llamacpp_v1_completions_stream": ("llamacpp", "openai_completions", 16, 8, 6),
    "llamacpp_embeddings": ("llamacpp", "openai_embeddings", 19, None, None),
    "litellm_cache_hit": ("litellm", "openai_chat", 29, 7, 6),
    "litellm_chat_stream_usage_in_chunk_with_choices": ("litellm", "openai_chat", 30, 29, 6),
    "portkey_chat": ("portkey", "openai_chat", 30, 29, 6),
    "portkey_fallback": ("portkey", "openai_chat", 30, 29, 6),
    "claude_code_router_messages": ("unknown", "anthropic_messages", 30, 29, 6),
    "infinity_embeddings": ("unknown", "openai_embeddings", 29, None, None),
}
needs_wire = pytest.mark.skipif(not FOLDER.is_dir(), reason="FAREBOX_SHARED is not set: no exchanges of servers")


class _Bytes:
    """A socket that holds an answer."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def makefile(self, *_mode: object) -> io.BytesIO:
        """Return the answer as a file."""
        return io.BytesIO(self._raw)


def row(name: str) -> Record:
    """Return the ledger's row of one exchange."""
    head, _, body = (FOLDER / f"{name}.req").read_bytes().partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, path, _ = first.split()
    headers = tuple((key.lower(), value.strip()) for key, _, value in (line.partition(":") for line in lines))
    request = request_to(method, f"http://{dict(headers)['host']}{path}", headers, body)
    # 127.0.0.1 names nobody, so the answer must name its server.
    call = call_of(request, call_id=name, started_at=1_790_000_000_000_000_000, table=())
    assert call is not None
    answer = HTTPResponse(_Bytes((FOLDER / f"{name}.res").read_bytes()))  # type: ignore[arg-type]
    answer.begin()
    answered = Response(answer.status, tuple((key.lower(), value) for key, value in answer.getheaders()))
    meter = Meter(call, answered)
    meter.feed(answer.read(), 0.5)
    assert meter.failure is None
    return record_of(meter.close(1.0), standard())


@needs_wire
@pytest.mark.parametrize("name", EXPECTED)
def test_an_exchange_of_a_real_server_is_read_as_it_states(name: str) -> None:
    read = row(name)

    assert (read.provider, read.dialect, read.input_tokens, read.cache_read_tokens, read.output_tokens) == EXPECTED[
        name
    ]
    assert (read.outcome, read.usage_source) == ("ok", "reported")


@needs_wire
@pytest.mark.parametrize("name", ["litellm_cache_hit", "litellm_cache_stream_hit"])
def test_an_answer_from_a_gateways_cache_is_free(name: str) -> None:
    read = row(name)

    assert (read.cost_nanousd, read.cost_status, read.cost_reasons) == (0, "free", ["gateway_cache_hit"])


@needs_wire
def test_an_answer_with_text_and_zeros_is_estimated() -> None:
    read = row("claude_code_router_messages_stream_zero_usage")

    assert (read.usage_source, bool(read.estimate)) == ("estimated", True)
