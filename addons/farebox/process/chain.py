"""Whether to call through the proxy that the environment names: a farebox on this machine would record calls twice."""

import contextlib
import ipaddress
import logging
import socket
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import msgspec

from ..config.settings import Settings
from ..config.upstream_proxy import AUTO, NEVER, UpstreamProxy, found, hosts_without, parse

logger = logging.getLogger(__name__)

_SECONDS = 2.0
_MARK = b"farebox_no_route"


def chained(settings: Settings, environment: Mapping[str, str]) -> Settings:
    """Return `settings` with the upstream proxy to use: the URL of one, or `never`."""
    no_proxy = settings.no_proxy or hosts_without(environment)
    url = found(environment) if settings.upstream_proxy == AUTO else settings.upstream_proxy
    proxy = None if url in {"", NEVER} else parse(url)
    if url not in {"", NEVER} and proxy is None:
        logger.warning("the proxy that the environment names is none of HTTP: calls go straight to the providers")
    if proxy is not None and is_farebox(proxy, settings.port):
        logger.info("the proxy that the environment names, %s, is a farebox: calls don't go through it", proxy.url)
        proxy = None
    return msgspec.structs.replace(settings, upstream_proxy=url if proxy else NEVER, no_proxy=no_proxy)


def is_farebox(proxy: UpstreamProxy, own_port: int) -> bool:
    """Tell whether `proxy` is this farebox, or another one on this machine."""
    if not _is_this_machine(proxy.host):
        return False
    if proxy.port == own_port:
        return True
    # Imported here: few environments name a proxy on this machine, and a supervisor runs long.
    http: Any = import_module("http.client")
    with contextlib.suppress(OSError, http.HTTPException):
        connection = http.HTTPConnection(proxy.host, proxy.port, timeout=_SECONDS)
        with contextlib.closing(connection):
            connection.request("GET", "/farebox")
            return _MARK in connection.getresponse().read(1 << 16)
    return False


def _is_this_machine(host: str) -> bool:
    with contextlib.suppress(OSError, UnicodeError):
        addresses = {info[4][0] for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
        return any(ipaddress.ip_address(str(address).partition("%")[0]).is_loopback for address in addresses)
    return False
