"""The OpenTelemetry collector that metrics are pushed to."""

from collections.abc import Iterator
from importlib.util import find_spec

import httpx2

from ..config.redact_url import redact_url
from ..config.settings import Settings
from ..sinks.otlp import missing
from .finding import Finding, ok, problem

_SECONDS = 5.0


def check(settings: Settings) -> Iterator[Finding]:
    """Yield whether metrics can be pushed; nothing without an endpoint. An empty request is sent to it."""
    if not settings.otlp.endpoint:
        return
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.exporter") is None:
        lacking, _, command = missing().partition(": ")
        yield problem(lacking, command)
        return
    url = redact_url(settings.otlp.url)
    fix = "set otlp.endpoint to a collector's receiver of OTLP over HTTP, usually at port 4318"
    try:
        answer = httpx2.post(
            settings.otlp.url, headers={"Content-Type": "application/x-protobuf"}, content=b"", timeout=_SECONDS
        )
    except httpx2.HTTPError as error:
        yield problem(f"otlp: {url} cannot be reached ({type(error).__name__})", fix)
        return
    if answer.is_success:
        yield ok(f"otlp: {url} takes metrics")
    elif answer.status_code in (401, 403):
        yield problem(
            f"otlp: {url} answers {answer.status_code}",
            "set OTEL_EXPORTER_OTLP_HEADERS for farebox, which the check doesn't send",
        )
    else:
        yield problem(f"otlp: {url} answers {answer.status_code}", fix)
