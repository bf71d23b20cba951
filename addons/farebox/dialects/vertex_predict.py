"""Predict on a publisher's model, on Vertex AI and, of pictures, Gemini's own host: embeddings count each text,
pictures are billed by the piece.

https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api,
https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/imagen-api
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage, total
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, mapping, tokens
from ._google import error_of, failed, target


def claims(request: Request) -> bool:
    """Claim a publisher's models only: the user's own (`endpoints/...:predict`) can be anything."""
    return target(request).verb == "predict" and "/models/" in request.path


def asked(request: Request, body: Mapping[str, Any]) -> Asked:
    size = mapping(body.get("parameters")).get("sampleImageSize")
    return Asked(target(request).model, stream=False, context={"size": size})


def fold(reply: Reply, document: Document) -> Reply:
    error = error_of(document.data)
    if error:
        return failed(reply, error)
    predictions = mapping(document.data).get("predictions")
    made = [mapping(prediction) for prediction in predictions] if isinstance(predictions, list) else []
    statistics = [mapping(mapping(one.get("embeddings")).get("statistics")) for one in made]
    counted = {
        "token_count": total(*(tokens(one, "token_count") for one in statistics)),
        "images": sum("bytesBase64Encoded" in one or "gcsUri" in one for one in made) or None,
        "billableCharacterCount": clean.count(
            mapping(mapping(document.data).get("metadata")).get("billableCharacterCount")
        ),
    }
    return replace(reply, usage={name: number for name, number in counted.items() if number is not None} or None)


def usage(sent: Mapping[str, Any]) -> Usage:
    images = tokens(sent, "images")
    return Usage(input_tokens=tokens(sent, "token_count"), units={"images": images} if images else None)


DIALECT = Dialect("vertex_predict", "embeddings", claims, asked, fold, lambda _document: False, usage)
