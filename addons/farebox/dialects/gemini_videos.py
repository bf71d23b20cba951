"""Videos that Google makes, billed by the requested seconds: no later response states their length.

https://ai.google.dev/gemini-api/docs/video,
https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/veo-video-generation
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, mapping, tokens
from ._google import error_of, failed, target
from ._openai import without_content


def claims(request: Request) -> bool:
    return target(request).verb == "predictLongRunning"


def asked(request: Request, body: Mapping[str, Any]) -> Asked:
    wishes = mapping(body.get("parameters"))
    seconds, videos = tokens(wishes, "durationSeconds"), tokens(wishes, "sampleCount", "numberOfVideos")
    return Asked(
        target(request).model,
        stream=False,
        units={"video_seconds": seconds * (videos or 1)} if seconds else None,
        context={"resolution": wishes.get("resolution")},
    )


def fold(reply: Reply, document: Document) -> Reply:
    error, name = error_of(document.data), mapping(document.data).get("name")
    return failed(reply, error) if error else replace(reply, response_id=clean.word(name))


DIALECT = Dialect("gemini_videos", "video_generation", claims, asked, fold, without_content, lambda _sent: Usage())
