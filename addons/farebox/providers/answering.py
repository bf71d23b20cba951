"""Servers and gateways named by what they answer, where their host names nobody. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from .table import PROVIDERS, Provider

_WITH_HEADERS = tuple((header, one) for one in PROVIDERS for header in one.marks.headers)
_WITH_SERVER = tuple((one.marks.server, one) for one in PROVIDERS if one.marks.server)
_WITH_FINGERPRINT = {one.marks.fingerprint: one for one in PROVIDERS if one.marks.fingerprint}
_WITH_MEMBERS = tuple((members, one) for one in PROVIDERS for members in one.marks.members)


def named_by_headers(headers: Iterable[tuple[str, str]]) -> Provider | None:
    """Return the server or gateway that the headers of a response name; None if they name none."""
    found = {name.lower(): value for name, value in headers}
    gateway = next((provider for header, provider in _WITH_HEADERS if header in found), None)
    if gateway is not None:
        return gateway
    server = found.get("server", "").lower()
    return next((provider for word, provider in _WITH_SERVER if server.startswith(word)), None)


def named_by_document(data: object) -> Provider | None:
    """Return the server that writes documents like `data`; None if several do."""
    body: Mapping[str, Any] = data if isinstance(data, dict) else {}
    fingerprint = body.get("system_fingerprint")
    if isinstance(fingerprint, str) and fingerprint in _WITH_FINGERPRINT:
        return _WITH_FINGERPRINT[fingerprint]
    return next((provider for members, provider in _WITH_MEMBERS if members <= body.keys()), None)
