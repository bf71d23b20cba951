"""Shared by OpenAI's APIs: the model, errors and usage."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from msgspec.structs import replace

from ..providers.hosts import host_matches
from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage
from ..wire import form
from ..wire.documents import Document
from ._base import Asked, Reply, mapping, tokens
from ._cached import cached
from ._totals import AUDIO, READ, REASONING, WRITTEN, totals

_MEDIA = ("audio", "image")


def is_post(request: Request, *endings: str) -> bool:
    """Return whether the request is a POST to a path that ends in one of `endings`."""
    return request.method == "POST" and request.path.rstrip("/").endswith(endings)


def is_post_at(request: Request, places: Mapping[str, str]) -> bool:
    """Return whether the request is a POST to one of `places`, paths by the patterns of their hosts."""
    path = request.path.rstrip("/")
    return request.method == "POST" and any(
        path == wanted and host_matches(host, request.host) for host, wanted in places.items()
    )


def is_get_below(request: Request, *segments: str) -> str | None:
    """Return the id if the request is a GET of `segments` followed by one id; a `*` is any segment."""
    *path, last = request.path.strip("/").split("/")
    tail = path[len(path) - len(segments) :] if len(path) >= len(segments) else []
    fits = len(tail) == len(segments) and all(map(_fits, segments, tail))
    return clean.word(last) if request.method == "GET" and fits else None


def model_in_path(request: Request) -> str | None:
    """Return the deployment (Azure) or engine (OpenAI's first API) in the path."""
    for mark in ("/deployments/", "/engines/"):
        _, _, name = request.path.partition(mark)
        if name:
            return clean.name(unquote(name.partition("/")[0]))
    return None


def asked(request: Request, body: Mapping[str, Any]) -> Asked:
    """Return what a JSON body or a form asks for."""
    fields = body or form.fields(request.header("content-type"), request.body)
    model = clean.name(fields.get("model")) or model_in_path(request)
    is_stream = fields.get("stream") is True if body else fields.get("stream") == "true"
    return Asked(
        model, is_stream, context={**told_of_searches(body), **told_of_containers(body), **told_of_pictures(fields)}
    )


def told_of_searches(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of web searches in `body`, a request or response, that set their price."""
    options = mapping(body.get("web_search_options"))
    tools = body.get("tools") if isinstance(body.get("tools"), list) else ()
    searches = (mapping(tool) for tool in tools or () if _is_search(mapping(tool)))
    sizes = (one.get("search_context_size") for one in (options, *searches))
    found = {"search_context_size": next(filter(None, sizes), None), "search_type": options.get("search_type")}
    return {name: word for name, word in found.items() if word}


def told_of_containers(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the memory of the container that runs code or a shell, which sets its price."""
    tools = body.get("tools") if isinstance(body.get("tools"), list) else ()
    places = ("container", "environment")
    containers = (mapping(mapping(tool).get(place)) for tool in tools or () for place in places)
    limit = next((one["memory_limit"] for one in containers if one.get("memory_limit")), None)
    return {"memory_limit": limit} if limit else {}


def told_of_pictures(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members that set the price of images and video."""
    return {name: fields[name] for name in ("quality", "size", "resolution") if fields.get(name)}


def _is_search(tool: Mapping[str, Any]) -> bool:
    return str(tool.get("type")).startswith("web_search")


def failed(reply: Reply, body: Mapping[str, Any]) -> Reply:
    """Return `reply` with the `error` in `body`, if any; if that is a sentence, the type and code are beside it."""
    fault = body.get("error")
    return error(reply, mapping(fault) or body) if fault else reply


def error(reply: Reply, fields: Mapping[str, Any]) -> Reply:
    """Return `reply` with the error whose members are `fields`."""
    return replace(
        reply,
        is_error=True,
        error_type=clean.word(fields.get("type")) or reply.error_type,
        error_code=clean.word(fields.get("code")) or reply.error_code,
        error_param=clean.word(fields.get("param")) or reply.error_param,
    )


def without_content(_document: Document) -> bool:
    """Return False: no document contains streamed content, for APIs without streams."""
    return False


def _fits(wanted: str, segment: str) -> bool:
    return wanted in ("*", segment)


def usage(sent: Mapping[str, Any]) -> Usage:
    """Return the counts of the newer APIs' usage object, whose totals include the details.

    The details are named `input_tokens_details` in some APIs and `input_token_details` in others. Cached audio and
    images have prices of their own.
    """
    into, out_of = (
        mapping(sent.get(f"{side}_tokens_details")) or mapping(sent.get(f"{side}_token_details"))
        for side in ("input", "output")
    )
    by_kind = {f"cache_read_{kind}_tokens": tokens(into, f"cached_tokens_details.{kind}_tokens") for kind in _MEDIA}
    cache, audio, reasoning = cached(sent), tokens(into, "audio_tokens"), tokens(out_of, "reasoning_tokens")
    parts = {READ: cache.read, WRITTEN: cache.written, AUDIO: audio, REASONING: reasoning}
    prompt, completion, whole = (tokens(sent, f"{part}_tokens") for part in ("input", "output", "total"))
    resolved = totals(prompt, completion, whole, parts)
    return Usage(
        input_tokens=resolved.input,
        cache_read_tokens=cache.read,
        cache_write_tokens=cache.written,
        cache_write_1h_tokens=cache.one_hour,
        input_audio_tokens=audio,
        input_image_tokens=tokens(into, "image_tokens"),
        output_tokens=resolved.output,
        reasoning_tokens=reasoning,
        output_audio_tokens=tokens(out_of, "audio_tokens"),
        output_image_tokens=tokens(out_of, "image_tokens"),
        units={name: number for name, number in by_kind.items() if number} or None,
    )
