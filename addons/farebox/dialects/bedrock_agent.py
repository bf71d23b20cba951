"""Bedrock's agents: one call runs models several times, and its trace, if enabled, counts each run.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_InvokeAgent.html
"""

import re
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage, total
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, mapping, tokens
from ._bedrock import begin, failed
from ._doubts import doubted

_PATH = re.compile(r"/agents/[^/]+/agentAliases/[^/]+/sessions/[^/]+/text/?")

# The output of an agent, or its request to the client; traces can follow.
_ANSWERS = frozenset({"chunk", "returnControl"})
_COUNTS = ("inputTokens", "outputTokens")


def claims(request: Request) -> bool:
    return request.method == "POST" and _PATH.fullmatch(request.path) is not None


def asked(_request: Request, _body: Mapping[str, Any]) -> Asked:
    """Return that a stream is requested; the agent, not the request, determines the model."""
    return Asked(stream=True)


def fold(reply: Reply, document: Document) -> Reply:
    if document.is_error:
        return failed(reply, document)
    if document.event in _ANSWERS:
        return replace(reply, is_answered=True)
    for step in mapping(mapping(document.data).get("trace")).values():
        model = mapping(mapping(step).get("modelInvocationInput")).get("foundationModel")
        used = mapping(mapping(mapping(mapping(step).get("modelInvocationOutput")).get("metadata")).get("usage"))
        reply = replace(
            reply,
            model=clean.name(model) or reply.model,
            usage=_added(reply.usage, used) or None,
            doubts=doubted(reply, usage, used, *_COUNTS) if used else reply.doubts,
        )
    return reply


def has_content(document: Document) -> bool:
    return document.event == "chunk"


def usage(sent: Mapping[str, Any]) -> Usage:
    return Usage(input_tokens=tokens(sent, "inputTokens"), output_tokens=tokens(sent, "outputTokens"))


def _added(so_far: Mapping[str, Any] | None, used: Mapping[str, Any]) -> Mapping[str, Any]:
    sums = {name: total(tokens(so_far or {}, name), tokens(used, name)) for name in _COUNTS}
    return {name: number for name, number in sums.items() if number is not None}


DIALECT = Dialect("bedrock_agent", "invoke_agent", claims, asked, fold, has_content, usage, begin)
