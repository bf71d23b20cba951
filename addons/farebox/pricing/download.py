"""Download prices: the only request that farebox makes itself, and only on command."""

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
    """The prices could not be downloaded; nothing has changed."""


def fetch(url: str, *, patience: float = _LONGEST_SECONDS, largest: int = LARGEST) -> bytes:
    """Return the content of `url`, up to `largest` bytes; DownloadError if it takes longer than `patience` seconds.

    A redirect from https to http is refused.
    """
    shown = public_url(url)
    if url.partition("://")[0].lower() not in {"http", "https"}:
        raise DownloadError(f"{shown} is not a price URL: it must start with https:// or http://")
    give_up = time.monotonic() + patience
    try:
        with httpx2.Client(timeout=_TIMEOUT) as client:
            return _followed(client, url, give_up, largest)
    except httpx2.HTTPError as error:
        raise DownloadError(f"{shown} cannot be reached ({type(error).__name__}): is the machine online?") from error
    except httpx2.InvalidURL as error:
        raise DownloadError(f"{shown} is not a valid URL") from error


def public_url(url: str) -> str:
    """Return `url` without user, password, query and fragment, so that it can be logged and stored."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"
    except ValueError:
        return "the URL"


def _followed(client: httpx2.Client, url: str, give_up: float, largest: int) -> bytes:
    request = client.build_request("GET", url, headers={"accept-encoding": "gzip, identity"})
    for _ in range(_MOST_REDIRECTS + 1):
        response = client.send(request, stream=True, follow_redirects=False)
        try:
            if response.next_request is None:
                return _body(response, give_up, largest)
            if request.url.scheme == "https" and response.next_request.url.scheme != "https":
                raise DownloadError(f"{public_url(url)} redirects from https to http: use the final URL")
            request = response.next_request
        finally:
            response.close()
    raise DownloadError(f"{public_url(url)} redirects too often: use the URL of the data itself")


def _body(response: httpx2.Response, give_up: float, largest: int) -> bytes:
    shown = public_url(str(response.url))
    if response.status_code != 200:
        raise DownloadError(f"{shown} answers {response.status_code}: check the URL")
    found = bytearray()
    try:
        decoder = content_decoder(response.headers.get("content-encoding"))
        for chunk in response.iter_raw():
            for piece in decoder.feed(chunk):
                found += piece
                if len(found) > largest:
                    raise DownloadError(f"{shown} is larger than {largest >> 20} MiB: not a price file")
            if time.monotonic() > give_up:
                raise DownloadError(f"{shown} took too long: try again")
    except WireError as error:
        raise DownloadError(f"{shown} cannot be decoded: {error}") from error
    return bytes(found)
