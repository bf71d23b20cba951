"""Videos that Google makes, billed by the requested seconds: no later response states their length.

https://ai.google.dev/gemini-api/docs/video,
https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/veo-video-generation
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, first_mapping, mapping, tokens
from ._google import error_of, failed, target
from ._lengths import length
from ._openai import without_content


def claims(request: Request) -> bool:
    return target(request).verb == "predictLongRunning"


def asked(request: Request, body: Mapping[str, Any]) -> Asked:
    """Return the length of all videos together, and whether they are made without sound, which costs less."""
    wishes = mapping(body.get("parameters"))
    videos = tokens(wishes, "sampleCount", "numberOfVideos")
    seconds = wishes.get("durationSeconds", first_mapping(body.get("instances")).get("durationSeconds"))
    return Asked(
        target(request).model,
        stream=False,
        units=length("video", seconds, videos or 1),
        context={
            "resolution": wishes.get("resolution"),
            "sound": "off" if wishes.get("generateAudio") is False else None,
        },
    )


def fold(reply: Reply, document: Document) -> Reply:
    error, name = error_of(document.data), mapping(document.data).get("name")
    return failed(reply, error) if error else replace(reply, response_id=clean.word(name))


DIALECT = Dialect("gemini_videos", "video_generation", claims, asked, fold, without_content, lambda _sent: Usage())
