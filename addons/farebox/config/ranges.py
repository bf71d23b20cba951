"""The numbers among the settings, and the range of each."""

import math
from collections.abc import Iterator
from typing import Protocol

_MOST_WORKERS = 64


class Ranged(Protocol):
    """The settings that are numbers."""

    @property
    def port(self) -> int: ...
    @property
    def metrics_port(self) -> int: ...
    @property
    def workers(self) -> int: ...
    @property
    def shutdown_timeout(self) -> float: ...
    @property
    def idle_timeout(self) -> int: ...


def problems(settings: Ranged) -> Iterator[str]:
    """Yield what is wrong with each that is out of its range."""
    for key in ("port", "metrics_port"):
        if not 0 <= getattr(settings, key) <= 65535:
            yield f"{key}: {getattr(settings, key)} is not a port number: use 0 (any free port) to 65535"
    if settings.port == settings.metrics_port != 0:
        yield f"metrics_port: {settings.port} is the proxy's port too: give it another, such as 9464"
    if not 1 <= settings.workers <= _MOST_WORKERS:
        yield f"workers: {settings.workers} is not a number of workers: write 1 to {_MOST_WORKERS}, or auto"
    if not 0 <= settings.shutdown_timeout < math.inf:
        yield f"shutdown_timeout: {settings.shutdown_timeout} is not a number of seconds: write 0 or more"
    if settings.idle_timeout < 1:
        yield f"idle_timeout: {settings.idle_timeout} is not a number of seconds: write 1 or more"
