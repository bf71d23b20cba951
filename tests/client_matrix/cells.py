"""One cell of the matrix: a client's call on one way, its output and what arrives at the provider, against direct."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from tests.client_matrix.clients import CLIENTS, ROUTES, Client, Programs, command, environment
from tests.client_matrix.provider import Provider
from tests.support.sidecar import Sidecar
from tests.support.watcher import run

WAYS = ("explicit", "reverse", "route")
_SECONDS = 120
# What a proxy may change in a head: RFC 9110, section 7.6.1.
_OF_THE_CONNECTION = re.compile(rb"(?im)^(HTTP/[\d.]+ .*|transfer-encoding:.*|connection:.*|\r)\r?\n")
_FIGURES = ("provider", "input_tokens", "output_tokens", "usage_source", "outcome", "status")


@dataclass(frozen=True)
class Cell:
    """A client, the version of HTTP that it speaks, whether it speaks TLS to the proxy, and its way to the provider."""

    client: Client
    is_http_2: bool
    is_tls: bool
    way: str

    def __str__(self) -> str:
        version = "HTTP/2" if self.is_http_2 else "HTTP/1.1"
        return f"{self.client.name} | {version} | {'TLS' if self.is_tls else 'plain'} | {self.way}"


def cells() -> Iterator[Cell]:
    """Yield the cells that a client can have: HTTP/2 needs TLS between client and proxy."""
    for client, is_http_2, is_tls, way in product(CLIENTS, (False, True), (False, True), WAYS):
        if is_http_2 and not (client.has_http_2 and (is_tls or way == "explicit")):
            continue
        if is_tls and way == "explicit" and not client.has_tls_to_proxy:
            continue
        yield Cell(client, is_http_2, is_tls, way)


def asked(cell: Cell, programs: Programs, base: str, proxy: str, ca: Path) -> str:
    """Return what the client prints; AssertionError with its error otherwise."""
    line = command(cell.client, programs, base, proxy, ca, is_http_2=cell.is_http_2)
    assert line is not None, "not installed"
    done = run(line, timeout=_SECONDS, env=environment(proxy, ca))
    assert done.returncode == 0, done.stderr.strip()[-300:]
    return _OF_THE_CONNECTION.sub(b"", done.stdout.encode()).decode()


def base_and_proxy(cell: Cell, sidecar: Sidecar, reverse: dict[str, int]) -> tuple[str, str]:
    """Return the client's base URL and its proxy on the way of `cell`."""
    scheme, host = "https" if cell.is_tls else "http", cell.client.host
    if cell.way == "explicit":
        return f"https://{host}", f"{scheme}://localhost:{sidecar.port}"
    if cell.way == "reverse":
        return f"{scheme}://localhost:{reverse[host]}", ""
    return f"{scheme}://localhost:{sidecar.port}{ROUTES[host]}", ""


def problems(
    cell: Cell, programs: Programs, sidecar: Sidecar, provider: Provider, direct: tuple[str, bytes] | None
) -> str:
    """Make the call of `cell` through `sidecar`; return what differs from `direct`, or from one right row."""
    if direct is None:
        return "not installed, or no direct call"
    ports = re.findall(r"reverse:https://(\S+?)@(?:[\d.]+:)?(\d+)", sidecar.banner)
    base, proxy = base_and_proxy(cell, sidecar, {host: int(port) for host, port in ports})
    before, number = len(provider.asked), len(sidecar.rows())
    try:
        printed = asked(cell, programs, base, proxy, Path(sidecar.ca))
    except AssertionError as error:
        return str(error)
    sent = provider.asked[before:]
    row = sidecar.rows(number + 1)[-1]
    figures = {name: row[name] for name in _FIGURES}
    found = {
        "the client got something else": printed == direct[0],
        "the provider got something else": [one.body for one in sent] == [direct[1]],
        f"the row says {figures}": _is_right(figures),
    }
    return "; ".join(text for text, is_so in found.items() if not is_so)


def _is_right(figures: dict[str, Any]) -> bool:
    known = (figures["input_tokens"], figures["output_tokens"], figures["usage_source"])
    return known == (9, 4, "reported") and (figures["outcome"], figures["status"]) == ("ok", 200)
