"""Secrets that must never be kept, and every place of a recorded exchange in which to put them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from urllib.parse import quote, urlencode

import msgspec
from farebox.dialects import dialect_of
from farebox.dialects._base import mapping
from farebox.records.exchange import Request, Response
from farebox.records.params import KNOWN
from farebox.records.reading import Reading, decode, encode
from farebox.wire import form
from farebox.wire.document import Document

from tests.support.documents import changed, paths
from tests.support.samples import record_of

MARK = "canary7f3a"
CANARIES = {
    "key": f"sk-proj-{MARK}bcdefghijklmnopqrs",
    "key of short pieces": f"sk-lf-{MARK}-4b1e-9c1d-4a58-8a392f1f",
    "key among other text": f"id/x:AIzaSy{MARK}bcdefghijklmnopqrstuv",
    "prose": f"{MARK} told Ms {MARK} that {MARK}",
    "lines": f"{MARK}\n{MARK}\t{MARK}",
    "e-mail": f"{MARK}@{MARK}.example.org",
    "bearer token": f"Bearer {MARK}bcdefghijklmnopqrstuv",
    "picture": f"data:image/png;base64,{MARK}/8+" * 4,
    "sound": f"{MARK}A8+" * 40,
}
# Read where a request or an answer has them; the others stand for all headers.
HEADERS = (
    *("authorization", "api-key", "x-api-key", "x-goog-api-key", "cookie", "set-cookie", "user-agent", "x-unknown"),
    *("content-type", "content-encoding", "content-length", "date", "retry-after", "retry-after-ms"),
    *("x-request-id", "request-id", "x-amzn-requestid", "apim-request-id", "x-amzn-errortype"),
    *("x-amzn-bedrock-input-token-count", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-requests"),
    *(
        "x-ms-region",
        "x-gemini-service-tier",
        "x-amzn-bedrock-service-tier",
        "x-amzn-bedrock-performanceconfig-latency",
    ),
    *("x-farebox-user", "x-user-id", "x-lc-team", "x-conversation-id", "cf-aig-metadata", "originator", "x-title"),
    *("anthropic-ratelimit-requests-limit", f"x-ratelimit-limit-{MARK}", "amz-sdk-request", "x-stainless-retry-count"),
)
PARAMETERS = ("key", "model", "deployment", "api-version", "alt", "stream", MARK)


def heads(request: Request, canary: str) -> Iterator[Request]:
    """Yield `request` with `canary` in one header, parameter or part of its URL after the other, as far as it is still
    an LLM call then.
    """
    planted = (*_with_headers(request, canary), *_with_urls(request, canary))
    yield from (one for one in planted if dialect_of(one) is not None)


def bodies(request: Request, canary: str) -> Iterator[Request]:
    """Yield `request` with `canary` in one field after the other, and in fields that it has not."""
    content_type = request.header("content-type")
    mark = form.boundary(content_type)
    if mark is not None:
        fields = form.fields(content_type, request.body)
        named = [dict.fromkeys((*KNOWN, canary), canary) | fields, *(fields | {name: canary} for name in fields)]
        written = [_form(mark, one) for one in named]
    else:
        body = mapping(json.loads(request.body or b"{}")) if request.body.startswith(b"{") else {}
        own = dict.fromkeys(KNOWN, canary)
        wholes = ({**own, **body, "text": own}, *values(body, canary))
        written = [json.dumps(whole).encode() for whole in wholes]
    yield from (replace(request, body=whole) for whole in written)
    yield from (replace(request, body=cut, body_is_whole=False) for cut in (written[0][:-1], canary.encode()))


def documents(document: Document, canary: str) -> Iterator[Document]:
    """Yield `document` with `canary` in one place after the other: as a text, a name, the event."""
    yield document._replace(event=canary)
    for data in values(document.data, canary):
        yield document._replace(data=data)


def responses(response: Response, canary: str) -> Iterator[Response]:
    """Yield `response` with `canary` in one header after the other."""
    for name in dict.fromkeys((*HEADERS, *(name for name, _ in response.headers))):
        yield replace(response, headers=((name, canary), *response.headers))


def values(value: object, canary: str) -> Iterator[object]:
    """Yield `value` with `canary` in place of each of its texts, and as a name in each of its objects."""
    for path in paths(value):
        place = value
        for part in path:
            place = place[part]  # type: ignore[index]
        if isinstance(place, str):
            yield changed(value, path, canary)
        elif isinstance(place, dict):
            yield changed(value, path, {canary: 1, **place, f"{canary} ": canary})


def kept(reading: Reading) -> bytes:
    """Return all that the spool and the ledger keep of `reading`."""
    message = encode(reading)
    return message + _row(message)


@cache
def _row(message: bytes) -> bytes:
    return msgspec.json.encode(record_of(decode(message)))


def _with_headers(request: Request, canary: str) -> Iterator[Request]:
    for name in dict.fromkeys((*HEADERS, *(name for name, _ in request.headers))):
        others = tuple(header for header in request.headers if header[0] != name)
        yield replace(request, headers=((name, canary), *others))


def _with_urls(request: Request, canary: str) -> Iterator[Request]:
    yield replace(request, host=canary)
    for name in PARAMETERS:
        yield replace(request, query=urlencode({name: canary}))
    segments = request.path.split("/")
    for place in range(1, len(segments)):
        _, colon, verb = segments[place].rpartition(":")
        for written in (canary, quote(canary, safe=""), canary + colon + verb, quote(canary) + colon + verb):
            yield replace(request, path="/".join([*segments[:place], written, *segments[place + 1 :]]))


def _form(mark: bytes, fields: dict[str, str]) -> bytes:
    parts = (
        b'--%s\r\ncontent-disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (mark, name.encode(), value.encode())
        for name, value in fields.items()
    )
    return b"".join(parts) + b"--%s--\r\n" % mark
