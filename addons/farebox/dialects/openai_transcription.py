"""OpenAI transcriptions and translations of audio, and compatible APIs.

https://platform.openai.com/docs/api-reference/audio/createTranscription
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage, with_units
from ..wire.documents import Document
from ._base import Dialect, Reply, mapping
from ._openai import asked, failed, is_post
from .openai_chat import usage_in_either_spelling

_SECONDS = ("seconds", "prompt_audio_seconds", "duration")


def claims(request: Request) -> bool:
    return is_post(request, "/audio/transcriptions", "/audio/translations")


def fold(reply: Reply, document: Document) -> Reply:
    """Read the usage object, or else the duration in a verbose response."""
    body = mapping(document.data)
    length = {"duration": body["duration"]} if clean.figures(body.get("duration")) is not None else {}
    updated = replace(
        reply,
        model=clean.name(body.get("model")) or reply.model,
        usage=mapping(body.get("usage")) or length or reply.usage,
        is_complete=reply.is_complete or body.get("type") == "transcript.text.done",
    )
    return failed(updated, body)


def has_content(document: Document) -> bool:
    return mapping(document.data).get("type") == "transcript.text.delta"


def usage(sent: Mapping[str, Any]) -> Usage:
    """Return tokens, in either of OpenAI's spellings, or the length of the sound."""
    return with_units(usage_in_either_spelling(sent), _length(sent))


def _length(sent: Mapping[str, Any]) -> dict[str, int] | None:
    """Return the seconds where they are whole; milliseconds where they are not, as units are whole numbers."""
    for name in _SECONDS:
        value = sent.get(name)
        value = float(value) if isinstance(value, str) and value.replace(".", "", 1).isdecimal() else value
        if (seconds := clean.count(value)) is not None and name != "duration":
            return {"audio_seconds": seconds} if seconds else None
        if isinstance(value, int | float) and not isinstance(value, bool):
            milliseconds = clean.count(round(value * 1000)) if abs(value) < 1e9 else None
            return {"audio_milliseconds": milliseconds} if milliseconds else None
    return None


DIALECT = Dialect("openai_transcription", "transcription", claims, asked, fold, has_content, usage)
