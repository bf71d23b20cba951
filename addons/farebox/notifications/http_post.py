"""POST something, once: no redirect is followed, and no error names the URL."""

from collections.abc import Mapping

import httpx2

from .. import __version__
from .delivery_error import DeliveryError

_TIMEOUT = httpx2.Timeout(10.0)
_PROBLEMS: tuple[tuple[type[Exception], str], ...] = (
    (httpx2.ConnectTimeout, "no connection within 10 s"),
    (httpx2.TimeoutException, "no answer within 10 s"),
    (httpx2.ConnectError, "no connection: is the address right, and does anything listen there?"),
    (httpx2.ProxyError, "the proxy that HTTPS_PROXY or HTTP_PROXY names does not connect"),
    (httpx2.RemoteProtocolError, "the connection broke off before the answer"),
)


def post(url: str, content: bytes, headers: Mapping[str, str]) -> None:
    """Return once `url` has taken `content`: it answers with a status of 2xx. DeliveryError otherwise."""
    if url.partition("://")[0].lower() not in {"http", "https"}:
        raise DeliveryError("its URL does not begin with https:// or http://")
    given = {"content-type": "application/json", "user-agent": f"farebox/{__version__}", **headers}
    try:
        with (
            httpx2.Client(timeout=_TIMEOUT, follow_redirects=False) as client,
            client.stream("POST", url, content=content, headers=given) as response,
        ):
            # What it says besides is of no interest, and may be endless.
            _check(response)
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise DeliveryError(_problem(error)) from error


def _check(response: httpx2.Response) -> None:
    if response.is_success:
        return
    status = response.status_code
    if 300 <= status < 400:
        raise DeliveryError(f"HTTP {status}: it redirects, which is not followed: use the final URL")
    after = response.headers.get("retry-after", "")
    raise DeliveryError(f"HTTP {status}", float(after) if after.isascii() and after.isdigit() and len(after) < 6 else 0)


def _problem(error: Exception) -> str:
    # Its text can hold the URL.
    fallback = type(error).__name__ if isinstance(error, httpx2.HTTPError) else "its URL is not valid"
    return next((problem for kind, problem in _PROBLEMS if isinstance(error, kind)), fallback)
