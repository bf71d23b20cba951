"""What OpenAI's APIs have in common: where the model stands, and how an error looks."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from .. import clean
from ..exchange import Request
from ..usage import Usage
from ..wire import form
from ..wire.documents import Document
from ._base import Asked, Reply, mapping, tokens


def is_post(request: Request, *endings: str) -> bool:
    """Tell whether the request is a POST to a path that ends in one of `endings`."""
    return request.method == "POST" and request.path.rstrip("/").endswith(endings)


def is_get_below(request: Request, *segments: str) -> str | None:
    """Return the id where the request is a GET of `segments` and one id behind them; a `*` is any segment."""
    *path, last = request.path.strip("/").split("/")
    tail = path[len(path) - len(segments) :] if len(path) >= len(segments) else []
    fits = len(tail) == len(segments) and all(map(_fits, segments, tail))
    return clean.word(last) if request.method == "GET" and fits else None


def model_in_path(request: Request) -> str | None:
    """Return Azure's deployment, or the engine of the first API, that the path names."""
    for mark in ("/deployments/", "/engines/"):
        _, _, name = request.path.partition(mark)
        if name:
            return clean.name(unquote(name.partition("/")[0]))
    return None


def asked(request: Request, body: Mapping[str, Any]) -> Asked:
    """Return what a JSON body or a form asks for."""
    told = body or form.fields(request.header("content-type"), request.body)
    model = clean.name(told.get("model")) or model_in_path(request)
    return Asked(model, told.get("stream") is True if body else told.get("stream") == "true")


def failed(reply: Reply, body: Mapping[str, Any]) -> Reply:
    """Return `reply` with the `error` in `body`, if any; where that is a sentence, what stands beside it tells more."""
    fault = body.get("error")
    return error(reply, mapping(fault) or body) if fault else reply


def error(reply: Reply, told: Mapping[str, Any]) -> Reply:
    """Return `reply` with the error whose fields are `told`."""
    return replace(
        reply,
        is_error=True,
        error_type=clean.word(told.get("type")) or reply.error_type,
        error_code=clean.word(told.get("code")) or reply.error_code,
        error_param=clean.word(told.get("param")) or reply.error_param,
    )


def without_content(_document: Document) -> bool:
    """Tell that no document is a piece of an answer, for APIs that stream none."""
    return False


def _fits(wanted: str, segment: str) -> bool:
    return wanted in ("*", segment)


def usage(sent: Mapping[str, Any]) -> Usage:
    """Return the counts of the newer APIs' usage object, whose details lie inside its totals.

    The details' name has the plural in some APIs (`input_tokens_details`) and not in others (`input_token_details`).
    """
    into, out_of = (
        mapping(sent.get(f"{side}_tokens_details")) or mapping(sent.get(f"{side}_token_details"))
        for side in ("input", "output")
    )
    return Usage(
        input_tokens=tokens(sent, "input_tokens"),
        cache_read_tokens=tokens(into, "cached_tokens"),
        cache_write_tokens=tokens(into, "cache_write_tokens"),
        input_audio_tokens=tokens(into, "audio_tokens"),
        input_image_tokens=tokens(into, "image_tokens"),
        output_tokens=tokens(sent, "output_tokens"),
        reasoning_tokens=tokens(out_of, "reasoning_tokens"),
        output_audio_tokens=tokens(out_of, "audio_tokens"),
        output_image_tokens=tokens(out_of, "image_tokens"),
    )
