"""Bedrock's guardrails, applied to a text without calling a model.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ApplyGuardrail.html
"""

import re
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, mapping
from ._bedrock import begin, failed, policy_usage, with_policy_doubts
from ._openai import without_content

# The identifier can be an ARN; most clients percent-encode it, else it contains slashes.
_PATH = re.compile(r"/guardrail/.+/version/[^/]+/apply/?")


def claims(request: Request) -> bool:
    return request.method == "POST" and _PATH.fullmatch(request.path) is not None


def asked(_request: Request, _body: Mapping[str, Any]) -> Asked:
    """Return that no model is called."""
    return Asked()


def fold(reply: Reply, document: Document) -> Reply:
    """Read the text units of each policy."""
    body = mapping(document.data)
    if document.is_error or "__type" in body:
        return failed(reply, document)
    sent = mapping(body.get("usage"))
    return replace(
        with_policy_doubts(reply, sent) if sent else reply,
        usage=sent or reply.usage,
        finish_reason=clean.word(body.get("action")) or reply.finish_reason,
    )


DIALECT = Dialect("bedrock_guardrail", "moderation", claims, asked, fold, without_content, policy_usage, begin)
