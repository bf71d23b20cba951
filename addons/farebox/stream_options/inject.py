"""Ask for usage in a request that does not, by the smallest edit of its bytes."""

import re
from typing import Any

import msgspec

from ..records.exchange import Request
from ..wire.large_json import DECODED_BYTES, END_BYTES, is_large, outer_members

_INCLUDE_USAGE = b'"include_usage":true'
_OPTION = b'"stream_options"'
_STREAM = re.compile(rb'"stream"\s*:\s*true')
_OPTIONS = re.compile(rb'"stream_options"\s*:\s*(null|\{)')
# How many possible places of the options are tried; each takes a pass over the body.
_TRIES = 8
# How far from its end a large body must have its last brace.
_TAIL = 64
# The endings of headers that require an unchanged body.
_DIGESTS = ("content-md5", "digest", "content-sha256", "signature", "signature-input")
_SIGNED = "aws4-"
_SIGNED_QUERY = "signature="


class _Body(msgspec.Struct):
    stream: Any = None
    stream_options: Any = msgspec.UNSET


def is_plain(request: Request) -> bool:
    """Return whether the body is JSON that is not encoded, signed or covered by a digest."""
    kind = (request.header("content-type") or "").partition(";")[0].strip().lower()
    encoding = (request.header("content-encoding") or "identity").strip().lower()
    is_signed = (request.header("authorization") or "").strip().lower().startswith(_SIGNED)
    is_signed = is_signed or _SIGNED_QUERY in request.query.lower()
    has_digest = any(name.endswith(_DIGESTS) for name, _ in request.headers)
    return kind == "application/json" and encoding == "identity" and not is_signed and not has_digest


def may_ask_for_stream(body: bytes) -> bool:
    """Tell whether `body` can have a member `stream` that is true, without decoding it."""
    # Of a large body, only the ends are read; a search of all of it would hold up other calls.
    ends = (body[:END_BYTES], body[-END_BYTES:]) if len(body) > DECODED_BYTES else (body,)
    return any(_STREAM.search(part) for part in ends)


def with_include_usage(body: bytes) -> bytes | None:
    """Return `body` with the request for usage added and nothing else changed; None if it must not be added.

    That is the case if the body asks for no stream, or if the client sets `include_usage` itself, even to false.
    """
    if is_large(body):
        return _with_option_in_large(body)
    found = _read(body) if b'"stream"' in body else None
    if found is None or found.stream is not True:
        return None
    options = found.stream_options
    if options is msgspec.UNSET:
        return _insert(body, body.index(b"{") + 1, _OPTION + b":{" + _INCLUDE_USAGE + b"},")
    if options is not None and (not isinstance(options, dict) or "include_usage" in options):
        return None
    return _merge(body, options or {})


def _with_option_in_large(body: bytes) -> bytes | None:
    """Return `body` with the option added; None if the option's name occurs anywhere, because it may be the key."""
    is_whole = body[-_TAIL:].rstrip().endswith(b"}")
    if not is_whole or outer_members(body).get("stream") is not True or _OPTION in body:
        return None
    return _insert(body, body.index(b"{") + 1, _OPTION + b":{" + _INCLUDE_USAGE + b"},")


def _merge(body: bytes, options: dict[str, Any]) -> bytes | None:
    """Return `body` with the option added to its options. The key may occur elsewhere, so the result is verified."""
    wanted = {**options, "include_usage": True}
    for match, _ in zip(_OPTIONS.finditer(body), range(_TRIES), strict=False):
        if match[1] == b"null":
            edited = body[: match.start(1)] + b"{" + _INCLUDE_USAGE + b"}" + body[match.end(1) :]
        else:
            edited = _insert(body, match.end(1), _INCLUDE_USAGE + (b"," if options else b""))
        found = _read(edited)
        if found is not None and found.stream_options == wanted:
            return edited
    return None


def _insert(body: bytes, place: int, text: bytes) -> bytes:
    # One copy only: a body may have 16 MiB.
    return b"".join((body[:place], text, memoryview(body)[place:]))


def _read(body: bytes) -> _Body | None:
    try:
        return msgspec.json.decode(body, type=_Body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
