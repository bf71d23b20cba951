"""Predict on a publisher's model, on Vertex AI and, of pictures, Gemini's own host: embeddings count each text,
pictures are billed by the piece.

https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api,
https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/imagen-api
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage, total, with_units
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, mapping, tokens
from ._google import error_of, failed, target

# The members of a picture that was made, and of one that was embedded.
_IMAGES = frozenset({"bytesBase64Encoded", "gcsUri", "imageEmbedding"})


def claims(request: Request) -> bool:
    """Claim a publisher's models only: the user's own (`endpoints/...:predict`) can be anything."""
    return target(request).verb == "predict" and "/models/" in request.path


def asked(request: Request, body: Mapping[str, Any]) -> Asked:
    """Return the size of pictures, and the characters of texts that are embedded beside pictures or video."""
    size = mapping(body.get("parameters")).get("sampleImageSize")
    instances = body.get("instances") if isinstance(body.get("instances"), list) else ()
    texts = (mapping(one).get("text") for one in instances or ())
    characters = sum(len(text) for text in texts if isinstance(text, str))
    return Asked(
        target(request).model,
        stream=False,
        units={"characters": characters} if characters else None,
        context={"size": size},
    )


def fold(reply: Reply, document: Document) -> Reply:
    error = error_of(document.data)
    if error:
        return failed(reply, error)
    predictions = mapping(document.data).get("predictions")
    made = [mapping(prediction) for prediction in predictions] if isinstance(predictions, list) else []
    statistics = [mapping(mapping(one.get("embeddings")).get("statistics")) for one in made]
    counted = {
        "token_count": total(*(tokens(one, "token_count") for one in statistics)),
        "images": sum(not _IMAGES.isdisjoint(one) for one in made) or None,
        "video_seconds": sum(map(_seconds, made)) or None,
        "billableCharacterCount": clean.count(
            mapping(mapping(document.data).get("metadata")).get("billableCharacterCount")
        ),
    }
    return replace(reply, usage={name: number for name, number in counted.items() if number is not None} or None)


def usage(sent: Mapping[str, Any]) -> Usage:
    units = {"images": tokens(sent, "images"), "input_video_seconds": tokens(sent, "video_seconds")}
    found = {name: number for name, number in units.items() if number}
    return Usage(input_tokens=tokens(sent, "token_count"), units=found or None)


def billed(asked: Asked, usage: Usage) -> Usage:
    """Add the characters, which no response states."""
    return with_units(usage, asked.units)


def _seconds(prediction: Mapping[str, Any]) -> int:
    """Return the seconds of video that were embedded."""
    parts = prediction.get("videoEmbeddings")
    ends = [tokens(mapping(part), "endOffsetSec") or 0 for part in parts] if isinstance(parts, list) else []
    starts = [tokens(mapping(part), "startOffsetSec") or 0 for part in parts] if isinstance(parts, list) else []
    return max(0, max(ends, default=0) - min(starts, default=0))


DIALECT = Dialect("vertex_predict", "embeddings", claims, asked, fold, lambda _document: False, usage, billed=billed)
