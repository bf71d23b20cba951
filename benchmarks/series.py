"""What a scrape takes once junk has filled the limits of series. `make bench-series` puts it into RESULTS.md."""

import argparse
import platform
import time
from datetime import UTC, datetime

from farebox.sinks.metrics import MetricsSink
from farebox.sinks.series import SERIES_LIMIT
from msgspec.structs import replace
from prometheus_client import CollectorRegistry, disable_created_metrics, generate_latest

from . import results
from .traffic import readings, records

MODELS, STATUSES = 10_000, 800
_RUNS = 9
_OUTCOMES = ("ok", "http_error", "client_abort", "provider_cut", "network_error", "sidecar_stop")
_HEAD = f"""
After {MODELS:,} calls of as many made-up models, with {STATUSES} statuses. A sidecar has at most {SERIES_LIMIT:,}
series, once every provider is called with every kind of call. CPU in milliseconds of the median and the best of
{_RUNS} scrapes; those of the money gauges are in the table above.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--print", action="store_true", help="leave RESULTS.md as it is")
    asked = parser.parse_args()
    found = measured()
    body = f"`make bench-series`, {datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}.\n{_HEAD}\n{found}"
    print(body)
    if not asked.print:
        results.put("Series", body)


def measured() -> str:
    """Return a table: the number of series, and what a scrape takes."""
    disable_created_metrics()  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    sink = MetricsSink(registry, lambda _provider, _model: False)
    real = records(readings(100))
    for number in range(MODELS):
        kind = number % STATUSES
        told = {"status": 100 + kind, "outcome": _OUTCOMES[kind % len(_OUTCOMES)], "model_returned": f"junk-{number}"}
        sink.apply([replace(real[number % len(real)], **told)], [])
    taken = sorted(_cpu(registry) for _ in range(_RUNS))
    series = sum(len(metric.samples) for metric in registry.collect())
    head = "| series | scrape | best |\n|---|---|---|\n"
    return f"{head}| {series:,} | {taken[_RUNS // 2]:,.0f} | {taken[0]:,.0f} |"


def _cpu(registry: CollectorRegistry) -> float:
    start = time.process_time()
    generate_latest(registry)
    return (time.process_time() - start) * 1000


if __name__ == "__main__":
    main()
