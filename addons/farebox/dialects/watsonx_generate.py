"""watsonx's text generation. A stream counts the input in its first event, and the output so far in each.

https://cloud.ibm.com/apidocs/watsonx-ai#text-generation
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage
from ..wire.documents import Document
from ._base import Dialect, Reply, first_mapping, mapping, tokens
from ._watsonx import asked, verb

_COUNTS = ("input_token_count", "generated_token_count")
_GOES_ON = "not_finished"


def claims(request: Request) -> bool:
    return verb(request) in {"generation", "generation_stream"}


def fold(reply: Reply, document: Document) -> Reply:
    """Keep the largest of each count: later events of a stream state an input of 0."""
    body = mapping(document.data)
    result, fault = first_mapping(body.get("results")), first_mapping(body.get("errors"))
    counts = {name: number for name in _COUNTS if (number := tokens(result, name)) is not None}
    reason = clean.word(result.get("stop_reason"))
    is_end = reason is not None and reason.lower() != _GOES_ON
    return replace(
        reply,
        model=clean.name(body.get("model_id")) or reply.model,
        usage={name: max(number, (reply.usage or {}).get(name, 0)) for name, number in counts.items()} or reply.usage,
        finish_reason=reason if is_end else reply.finish_reason,
        is_answered=reply.is_answered or is_end,
        is_error=reply.is_error or bool(fault),
        error_code=clean.word(fault.get("code")) or reply.error_code,
    )


def has_content(document: Document) -> bool:
    return bool(first_mapping(mapping(document.data).get("results")).get("generated_text"))


def usage(sent: Mapping[str, Any]) -> Usage:
    return Usage(input_tokens=tokens(sent, _COUNTS[0]), output_tokens=tokens(sent, _COUNTS[1]))


DIALECT = Dialect("watsonx_generate", "text_completion", claims, asked, fold, has_content, usage)
