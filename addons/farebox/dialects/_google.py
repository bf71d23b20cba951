"""Shared by Google's APIs: a verb after the model's name in the path, counts by modality, and the form of errors."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request, Response
from ..records.usage import total
from ._base import Reply, first_mapping, mapping

# Clients can ask for numbers instead of names (`$alt=json;enum-encoding=int`).
_NUMBERS = {"IMAGE": 2, "VIDEO": 3, "AUDIO": 4}
_PUBLISHER = re.compile(r"publishers/[^/]+")
_RAW = frozenset({"rawPredict", "streamRawPredict"})
# Code Assist's methods belong to no model: https://github.com/google-gemini/gemini-cli, packages/core/src/code_assist
_CODE_ASSIST = "v1internal"


class Target(NamedTuple):
    """The end of a path: `models/gemini-2.5-flash:generateContent`, with the colon percent-encoded or not."""

    model: str | None
    verb: str


def target(request: Request) -> Target:
    """Return the model and the verb in the request's path; a GET has neither."""
    model, _, verb = unquote(request.path.rpartition("/")[2]).rpartition(":")
    if request.method != "POST":
        return Target(None, "")
    return Target(None if model == _CODE_ASSIST else clean.name(model), verb)


def model_of(request: Request, body: Mapping[str, Any]) -> str | None:
    """Return the model in the path; for Code Assist, the one in the body or in the request that it wraps."""
    wrapped = mapping(body.get("request"))
    named = clean.name(body.get("model")) or clean.name(wrapped.get("model"))
    return target(request).model or (named.removeprefix("models/") if named else None)


def unwrapped(data: object) -> Mapping[str, Any]:
    """Return the document of a response; Code Assist's stand inside `response`."""
    body = mapping(data)
    inner = mapping(body.get("response"))
    return inner if inner and "candidates" not in body else body


def raw_publisher(request: Request) -> str | None:
    """Return the publisher whose API a request to Vertex AI uses ("publishers/mistralai"); None if it is Google's."""
    found = _PUBLISHER.search(request.path)
    return found[0] if found and target(request).verb in _RAW else None


def modality(details: object, name: str) -> int | None:
    """Return the tokens of modality `name`, an upper-case word; an entry without a number counts as zero."""
    entries = [mapping(entry) for entry in details] if isinstance(details, list) else []
    kinds = (name, name.lower(), _NUMBERS[name])
    mine = [entry for entry in entries if entry.get("modality") in kinds]
    return total(*(clean.count(entry.get("tokenCount", entry.get("tokens", 0))) for entry in mine))


def media(*, read: object, cached: object, made: object) -> dict[str, int] | None:
    """Return the units that are shares of the tokens: video, and cached audio and images."""
    shares = {
        "cache_read_audio_tokens": modality(cached, "AUDIO"),
        "cache_read_image_tokens": modality(cached, "IMAGE"),
        "input_video_tokens": modality(read, "VIDEO"),
        "output_video_tokens": modality(made, "VIDEO"),
    }
    return {name: number for name, number in shares.items() if number} or None


def begin(response: Response) -> Reply:
    """Return the served tier from the response headers."""
    return Reply(service_tier=clean.word(response.header("x-gemini-service-tier")))


def failed(reply: Reply, error: Mapping[str, Any]) -> Reply:
    """Return `reply` with an error: its status as type, and its reason, or else its number, as code."""
    details = error.get("details")
    reasons = [mapping(detail).get("reason") for detail in details] if isinstance(details, list) else []
    reason = next((word for word in map(clean.word, reasons) if word), None)
    return replace(
        reply,
        is_error=True,
        error_type=clean.word(error.get("status")) or reply.error_type,
        error_code=reason or clean.word(error.get("code")) or reply.error_code,
    )


def error_of(data: object) -> Mapping[str, Any]:
    """Return the error in a document, which may be wrapped in a list."""
    return mapping((first_mapping(data) or mapping(data)).get("error"))
