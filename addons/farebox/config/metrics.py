"""Settings of the metrics, beside their address."""

from collections.abc import Iterator

import msgspec

_MOST_NAMES = 500


class Metrics(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many `names` have money gauges of their own: those that spend the most.

    `otel_names` adds OpenTelemetry's GenAI metrics. `hosts` are names that the Host header of a request may have,
    besides addresses and names without a dot.
    """

    names: int = 20
    otel_names: bool = False
    hosts: tuple[str, ...] = ()


def problems(metrics: Metrics) -> Iterator[str]:
    """Yield a sentence for each value that cannot be."""
    if not 0 <= metrics.names <= _MOST_NAMES:
        yield f"metrics.names: {metrics.names} is not a number of names: write 0 to {_MOST_NAMES}"
