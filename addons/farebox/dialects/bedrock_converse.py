"""Bedrock's Converse and ConverseStream.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html,
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
"""

from collections.abc import Mapping
from functools import reduce
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage, total
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, mapping, tokens
from ._bedrock import begin, failed, guardrail_usages, policy_units, target, with_policy_doubts
from ._cached import cached

_STREAM = "converse-stream"


def claims(request: Request) -> bool:
    return target(request).verb in {"converse", _STREAM}


def asked(request: Request, _body: Mapping[str, Any]) -> Asked:
    model, verb = target(request)
    return Asked(model, verb == _STREAM)


def fold(reply: Reply, document: Document) -> Reply:
    if document.is_error:
        return failed(reply, document)
    body = mapping(document.data)
    latency = mapping(body.get("performanceConfig")).get("latency")
    guarded = guardrail_usages(mapping(mapping(body.get("trace")).get("guardrail")))
    return replace(
        reply,
        context={**reply.context, "latency": latency} if latency else reply.context,
        service_tier=clean.word(mapping(body.get("serviceTier")).get("type")) or reply.service_tier,
        finish_reason=clean.word(body.get("stopReason")) or reply.finish_reason,
        usage=mapping(body.get("usage")) or reply.usage,
        units=policy_units(guarded) or reply.units,
        doubts=reduce(with_policy_doubts, guarded, reply).doubts,
        is_complete=reply.is_complete or document.event == "metadata",
    )


def has_content(document: Document) -> bool:
    """Return whether an event carries output; a reasoning signature, which is sent separately, is not output."""
    delta = mapping(mapping(document.data).get("delta")) if document.event == "contentBlockDelta" else {}
    return bool(delta) and "signature" not in mapping(delta.get("reasoningContent"))


def usage(sent: Mapping[str, Any]) -> Usage:
    """Return the usage object's counts: `outputTokens` includes reasoning.

    `inputTokens` excludes the cache, unless the total shows that it lies within, as of models whose makers count so.
    """
    cache = cached(sent)
    stated, output = tokens(sent, "inputTokens"), tokens(sent, "outputTokens")
    is_within = tokens(sent, "totalTokens") == total(stated, output) and cache.whole <= (stated or 0)
    return Usage(
        input_tokens=stated if stated is None or is_within else stated + cache.whole,
        cache_read_tokens=cache.read,
        cache_write_tokens=cache.written,
        cache_write_1h_tokens=cache.one_hour,
        output_tokens=output,
    )


DIALECT = Dialect("bedrock_converse", "chat", claims, asked, fold, has_content, usage, begin)
