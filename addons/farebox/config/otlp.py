"""Where metrics are pushed to."""

import math
from collections.abc import Iterator
from urllib.parse import urlsplit

import msgspec

_SHORTEST = 1.0


class Otlp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `endpoint` of a collector (OTLP over HTTP) to which metrics are pushed, every `interval` seconds.

    Nothing is pushed without an endpoint.
    """

    endpoint: str = ""
    interval: float = 60.0

    @property
    def url(self) -> str:
        """The URL that metrics are posted to: as OpenTelemetry has it, the endpoint's and `/v1/metrics`."""
        base = self.endpoint.rstrip("/")
        return base if base.endswith("/v1/metrics") else f"{base}/v1/metrics"


def problems(otlp: Otlp) -> Iterator[str]:
    """Yield a sentence for each value that cannot be."""
    try:
        parts = urlsplit(otlp.endpoint)
        is_sound = not otlp.endpoint or (parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0)
    except ValueError:
        is_sound = False
    if not is_sound:
        # Not quoted: it can hold a password.
        yield "otlp.endpoint: not an http or https URL: write http://HOST:4318"
    if not _SHORTEST <= otlp.interval < math.inf:
        yield f"otlp.interval: {otlp.interval} is not a number of seconds: write {_SHORTEST:g} or more"
