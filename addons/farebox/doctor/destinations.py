"""Destinations of notifications: whether each can be reached, and has taken what it was sent."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from ..config.destinations import APPRISE, Destination
from ..config.settings import Settings
from ..errors import FareboxError
from ..notifications.apprise_urls import service_of
from ..notifications.delivery_error import DeliveryError
from ..notifications.destination_secrets import secrets_of, url_of
from ..report.figures import plural
from ..store.alert_events import Waiting, waiting
from ..store.engine import opened
from ..store.revisions import revisions
from .finding import Finding, ok, warning

_PATIENCE_SECONDS = 10.0
_CONNECT_SECONDS = 5.0
_PORTS = {"http": 80, "https": 443}


def check(settings: Settings, now: datetime | None = None) -> Iterator[Finding]:
    """Yield which destinations can't be reached, or have not taken a notification; nothing without any.

    No message is sent: that is `farebox alerts test`.
    """
    if not settings.destinations:
        return
    late = _waiting(settings)
    for destination in settings.destinations:
        name = destination.name
        if problem := _problem(destination):
            yield warning(f"destination {name} can't be used from here: {problem}", _fix(destination))
        elif name in late and late[name].problem:
            yield _late(name, late[name], now or datetime.now(UTC))
        else:
            is_tried = "its URL is understood" if destination.type == APPRISE else "it can be reached"
            yield ok(f"destination {name}: {is_tried}; `farebox alerts test {name}` sends a message")


def _problem(destination: Destination) -> str | None:
    try:
        url = url_of(destination)
        secrets_of(destination)
        if destination.type == APPRISE:
            service_of(url)
        else:
            _connect(url)
    except DeliveryError as error:
        return str(error)
    return None


def _connect(url: str) -> None:
    """Connect as a message would, also by TLS. DeliveryError, which does not name the URL."""
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError as error:
        raise DeliveryError("its URL is not valid") from error
    if scheme not in _PORTS or not host:
        raise DeliveryError("its URL does not begin with https://HOST or http://HOST")
    try:
        with socket.create_connection((host, port or _PORTS[scheme]), timeout=_CONNECT_SECONDS) as plain:
            if scheme == "https":
                ssl.create_default_context().wrap_socket(plain, server_hostname=host).close()
    except (OSError, ValueError) as error:
        reason = getattr(error, "verify_message", None) or getattr(error, "strerror", None) or type(error).__name__
        raise DeliveryError(f"no connection ({reason})") from error


def _fix(destination: Destination) -> str:
    if destination.url_env or destination.secret_envs:
        return "run doctor with the environment of the sidecar, and check the URL; docs/notifications.md"
    return "check its URL, and whether this machine may connect there; docs/notifications.md"


def _waiting(settings: Settings) -> dict[str, Waiting]:
    try:
        with opened(settings.ledger, make_folder=False, patience=_PATIENCE_SECONDS) as engine:
            current, head = revisions(engine)
            return waiting(engine) if current == head else {}
    except FareboxError:
        # The check of the ledger tells.
        return {}


def _late(name: str, one: Waiting, now: datetime) -> Finding:
    minutes = max(0, round((now - one.since).total_seconds() / 60))
    told = f"{plural(one.number, 'notification')} for {plural(minutes, 'minute')} ({one.problem})"
    return warning(f"destination {name} has not taken {told}", f"try `farebox alerts test {name}`")
