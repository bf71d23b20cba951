"""Bedrock's InvokeModel, with bodies in the format of each model's maker. Bedrock adds its own counts to all of them.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html,
https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request, Response
from ..records.usage import Usage, total
from ..wire.documents import Document
from . import _bedrock, anthropic_messages, openai_chat
from ._base import Asked, Dialect, Reply, first_mapping, mapping, tokens
from ._bedrock import target
from ._cached import cached

_STREAM = "invoke-with-response-stream"
_METRICS = "amazon-bedrock-invocationMetrics"
# The headers of plain responses have the same counts as the metrics of streams, whose names are used for both.
_HEADERS = {
    "x-amzn-bedrock-input-token-count": "inputTokenCount",
    "x-amzn-bedrock-output-token-count": "outputTokenCount",
    "x-amzn-bedrock-cache-read-input-token-count": "cacheReadInputTokenCount",
    "x-amzn-bedrock-cache-write-input-token-count": "cacheWriteInputTokenCount",
}
_COUNTS = ("prompt_token_count", "generation_token_count", "inputTextTokenCount", "totalOutputTextTokenCount")
_INPUT = ("inputTokenCount", "inputTokens", "prompt_token_count", "inputTextTokenCount")
_OUTPUT = ("outputTokenCount", "outputTokens", "generation_token_count", "totalOutputTextTokenCount")
_LISTS = ("choices", "outputs", "generations", "results", "completions")
_REASONS = ("finish_reason", "finishReason", "stop_reason", "stopReason", "completionReason")
_WORDS = ("text", "outputText", "generation", "completion", "contentBlockDelta", "delta")


def claims(request: Request) -> bool:
    return target(request).verb in {"invoke", _STREAM}


def asked(request: Request, _body: Mapping[str, Any]) -> Asked:
    model, verb = target(request)
    return Asked(model, verb == _STREAM)


def begin(response: Response) -> Reply:
    values = {name: response.header(header) or "" for header, name in _HEADERS.items()}
    counts = {name: int(value) for name, value in values.items() if value.isdecimal() and len(value) < 16}
    return replace(_bedrock.begin(response), usage=counts or None)


def fold(reply: Reply, document: Document) -> Reply:
    if document.is_error:
        return _bedrock.failed(reply, document)
    body = mapping(document.data)
    updated = anthropic_messages.fold(reply, document)
    metrics = mapping(body.get(_METRICS))
    reasons = (
        clean.word(mapping(place.get(name)).get("reason") or place.get(name))
        for place in _places(body)
        for name in _REASONS
    )
    return replace(
        updated,
        model=clean.name(body.get("model")) or updated.model,
        response_id=clean.word(body.get("id")) or updated.response_id,
        finish_reason=next(filter(None, reasons), updated.finish_reason),
        usage={**(updated.usage or {}), **_counts(body), **metrics} or None,
        is_complete=bool(metrics) or reply.is_complete,
    )


def has_content(document: Document) -> bool:
    body = mapping(document.data)
    if "type" in body:
        return anthropic_messages.has_content(document)
    return any(place.get(name) for place in _places(body) for name in _WORDS)


def usage(sent: Mapping[str, Any]) -> Usage:
    """Return the counts of the maker's usage object, where there is one, else Bedrock's own, which leave the cache out.

    A maker's counters in the chunks of a stream are running values, so that Bedrock's come first there.
    """
    if "input_tokens" in sent:
        return anthropic_messages.usage(sent)
    if "prompt_tokens" in sent:
        return openai_chat.usage(sent)
    cache = cached(sent)
    uncached = tokens(sent, *_INPUT)
    return Usage(
        input_tokens=None if uncached is None else total(uncached, cache.whole),
        cache_read_tokens=cache.read,
        cache_write_tokens=cache.written,
        cache_write_1h_tokens=cache.one_hour,
        output_tokens=tokens(sent, *_OUTPUT),
    )


def _places(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the places of text and finish reasons: the body, the first item of its list, an event in it."""
    yield body
    for name in _LISTS:
        yield first_mapping(body.get(name))
    yield mapping(body.get("messageStop"))


def _counts(body: Mapping[str, Any]) -> dict[str, Any]:
    results = body.get("results")
    made = [tokens(mapping(result), "tokenCount") for result in results] if isinstance(results, list) else []
    counts = {name: body.get(name) for name in _COUNTS} | {"outputTokens": total(*made)}
    counts |= mapping(mapping(body.get("metadata")).get("usage")) or mapping(body.get("usage"))
    return {name: value for name, value in counts.items() if value is not None}


DIALECT = Dialect("bedrock_invoke", "chat", claims, asked, fold, has_content, usage, begin)
