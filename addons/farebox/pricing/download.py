"""Fetch prices: the only place where farebox asks the network of itself, and only when told to."""

import time
from urllib.parse import urlsplit

import httpx2

from ..errors import FareboxError, WireError
from ..wire.content import content_decoder

LARGEST = 32 << 20
_LONGEST_SECONDS = 60.0
_MOST_REDIRECTS = 5
_TIMEOUT = httpx2.Timeout(20.0, connect=10.0)


class DownloadError(FareboxError):
    """The prices could not be fetched; nothing has changed."""


def fetch(url: str, *, patience: float = _LONGEST_SECONDS, largest: int = LARGEST) -> bytes:
    """Return what is at `url`, up to `largest` bytes; DownloadError where it does not come within `patience` seconds.

    A redirection must not lead from https to less.
    """
    told = told_of(url)
    if url.partition("://")[0].lower() not in {"http", "https"}:
        raise DownloadError(f"{told} is no address of prices: it starts with https:// or http://")
    give_up = time.monotonic() + patience
    try:
        with httpx2.Client(timeout=_TIMEOUT) as client:
            return _followed(client, url, give_up, largest)
    except httpx2.HTTPError as error:
        raise DownloadError(f"{told} cannot be reached ({type(error).__name__}): is the machine online?") from error
    except httpx2.InvalidURL as error:
        raise DownloadError(f"{told} is no address") from error


def told_of(url: str) -> str:
    """Return `url` without user, password, query and fragment: what may be logged and kept of it."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"
    except ValueError:
        return "the address"


def _followed(client: httpx2.Client, url: str, give_up: float, largest: int) -> bytes:
    request = client.build_request("GET", url, headers={"accept-encoding": "gzip, identity"})
    for _ in range(_MOST_REDIRECTS + 1):
        response = client.send(request, stream=True, follow_redirects=False)
        try:
            if response.next_request is None:
                return _body(response, give_up, largest)
            if request.url.scheme == "https" and response.next_request.url.scheme != "https":
                raise DownloadError(f"{told_of(url)} leads away from https: name the address that it leads to")
            request = response.next_request
        finally:
            response.close()
    raise DownloadError(f"{told_of(url)} leads on and on: name the address of the data itself")


def _body(response: httpx2.Response, give_up: float, largest: int) -> bytes:
    told = told_of(str(response.url))
    if response.status_code != 200:
        raise DownloadError(f"{told} answers {response.status_code}: is it the address of the data?")
    found = bytearray()
    try:
        decoder = content_decoder(response.headers.get("content-encoding"))
        for chunk in response.iter_raw():
            for piece in decoder.feed(chunk):
                found += piece
                if len(found) > largest:
                    raise DownloadError(f"{told} has more than {largest >> 20} MiB: these are no prices")
            if time.monotonic() > give_up:
                raise DownloadError(f"{told} took too long: try again")
    except WireError as error:
        raise DownloadError(f"{told} cannot be decoded: {error}") from error
    return bytes(found)
