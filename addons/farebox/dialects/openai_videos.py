"""Videos, OpenAI's and xAI's: one call starts a video, and the poll that finds it finished completes its row.

https://platform.openai.com/docs/api-reference/videos, https://docs.x.ai/docs/guides/video-generations
"""

import re
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage
from ..wire.documents import Document
from . import _openai
from ._base import Asked, Dialect, Reply, mapping
from ._lengths import length
from ._openai import failed, is_get_below, told_of_pictures, without_content

_STARTS = re.compile(r".*/v1/videos(/generations|/edits|/extensions|/[^/]+/remix)?/?")
_MADE = frozenset({"completed", "done"})
_ENDS = frozenset({*_MADE, "failed", "expired"})


def claims(request: Request) -> bool:
    is_start = request.method == "POST" and _STARTS.fullmatch(request.path) is not None
    return is_start or is_get_below(request, "v1", "videos") is not None


def asked(request: Request, body: Mapping[str, Any]) -> Asked:
    polled = is_get_below(request, "v1", "videos")
    return Asked(completes=polled) if polled is not None else _openai.asked(request, body)


def fold(reply: Reply, document: Document) -> Reply:
    """Read the video; xAI's contains its length, and only an id until it is finished."""
    body = mapping(document.data)
    status = clean.word(body.get("status"))
    updated = replace(
        reply,
        model=clean.name(body.get("model")) or reply.model,
        response_id=clean.word(body.get("id") or body.get("request_id")) or reply.response_id,
        finish_reason=status if status in _ENDS else None,
        usage=mapping(body.get("usage")) or reply.usage,
        units=_length(body) if status in _MADE else None,
        context={**reply.context, **told_of_pictures(body)},
        is_pending=status not in _ENDS and not body.get("error"),
    )
    return failed(updated, body)


def _length(body: Mapping[str, Any]) -> Mapping[str, int] | None:
    return length("video", body.get("seconds") or mapping(body.get("video")).get("duration"))


DIALECT = Dialect("openai_videos", "video_generation", claims, asked, fold, without_content, lambda _sent: Usage())
