"""What Google's APIs share: a verb behind the model's name in the path, counts by modality, one shape of error."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import unquote

from ..records import clean
from ..records.exchange import Request, Response
from ..records.usage import total
from ._base import Reply, first_mapping, mapping

# Clients can ask for numbers in place of names (`$alt=json;enum-encoding=int`).
_NUMBERS = {"IMAGE": 2, "VIDEO": 3, "AUDIO": 4}
_PUBLISHER = re.compile(r"publishers/[^/]+")
_RAW = frozenset({"rawPredict", "streamRawPredict"})


class Target(NamedTuple):
    """What a path ends in: `models/gemini-2.5-flash:generateContent`, its colon percent-encoded or not."""

    model: str | None
    verb: str


def target(request: Request) -> Target:
    """Return the model and the verb in the request's path; a GET asks for neither."""
    model, _, verb = unquote(request.path.rpartition("/")[2]).rpartition(":")
    return Target(clean.name(model), verb) if request.method == "POST" else Target(None, "")


def raw_publisher(request: Request) -> str | None:
    """Return whose own API a request to Vertex AI speaks ("publishers/mistralai"), or None where it speaks Google's."""
    found = _PUBLISHER.search(request.path)
    return found[0] if found and target(request).verb in _RAW else None


def modality(details: object, name: str) -> int | None:
    """Return the tokens of modality `name`, an upper-case word; an entry that states no number says zero."""
    entries = [mapping(entry) for entry in details] if isinstance(details, list) else []
    kinds = (name, name.lower(), _NUMBERS[name])
    mine = [entry for entry in entries if entry.get("modality") in kinds]
    return total(*(clean.count(entry.get("tokenCount", entry.get("tokens", 0))) for entry in mine))


def media(*, read: object, cached: object, made: object) -> dict[str, int] | None:
    """Return the units that are shares of the tokens: video, and what of the cached input is no text."""
    told = {
        "cache_read_audio_tokens": modality(cached, "AUDIO"),
        "cache_read_image_tokens": modality(cached, "IMAGE"),
        "input_video_tokens": modality(read, "VIDEO"),
        "output_video_tokens": modality(made, "VIDEO"),
    }
    return {name: number for name, number in told.items() if number} or None


def begin(response: Response) -> Reply:
    """Return the tier that the head says was served."""
    return Reply(service_tier=clean.word(response.header("x-gemini-service-tier")))


def failed(reply: Reply, error: Mapping[str, Any]) -> Reply:
    """Return `reply` with what an error says: its status as type, its reason, else its number, as code."""
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
    """Return the error in a document, which some answers wrap into a list."""
    return mapping((first_mapping(data) or mapping(data)).get("error"))
