"""What Prometheus would have scraped in the weeks before: text that promtool makes blocks from."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median

from farebox.records.record import Record
from farebox.sinks.metrics import MetricsSink
from farebox.sinks.self_metrics import SelfMetrics
from prometheus_client import CollectorRegistry

from tests.support.boards import metrics_in, places

# The lines of the last hours need two scrapes a minute, those of a day before fewer; a month's increase is of one
# counter alone.
_FINE, _FINE_STEP = timedelta(hours=6, minutes=40), timedelta(seconds=30)
_DAY, _DAY_STEP = timedelta(hours=27), timedelta(minutes=5)
_COARSE_STEP = timedelta(hours=1)
_OF_A_MONTH = {"farebox_cache_saved_usd"}
_GAUGE_STEP = 240
_WEEK = 7 * 86_400 // _GAUGE_STEP
_HOUR = 3600 // _GAUGE_STEP
_JOB = {"job": "farebox", "instance": "sidecar-1"}
_PROCESSES = {"recorder": (0.011, 96e6), "worker_1": (0.034, 84e6)}
# Name of the family, name of the sample, labels, time, value.
Sample = tuple[str, str, Mapping[str, str], float, float]
# Times and values by family, and by name and labels.
_Families = dict[str, dict[tuple[str, str], list[tuple[float, float]]]]


def texts(found: Sequence[Record], now: datetime) -> Iterator[str]:
    """Yield samples in OpenMetrics' form, of a day each, or of two hours: promtool reads a text for each two hours."""
    parts: dict[int, _Families] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    recent = (now - _DAY).timestamp()
    for family, name, labels, at, value in _samples(found, now):
        shown = ",".join(f"{key}={json.dumps(one)}" for key, one in {**labels, **_JOB}.items())
        begin = int(at // 7200 * 7200 if at > recent else at // 86_400 * 86_400)
        parts[begin][family][name, shown].append((at, value))
    yield from (_text(families) for _, families in sorted(parts.items()))


def _text(families: _Families) -> str:
    lines = []
    for family, series in families.items():
        kind = "histogram" if any("_bucket" in name for name, _ in series) else "unknown"
        lines.append(f"# TYPE {family} {kind}")
        for (name, labels), values in series.items():
            lines += [f"{name}{{{labels}}} {value} {at}" for at, value in values]
    return "\n".join([*lines, "# EOF", ""])


def _samples(found: Sequence[Record], now: datetime) -> Iterator[Sample]:
    yield from _counters(found, now)
    yield from _gauges(found, now)
    yield from _processes(now)


def _counters(found: Sequence[Record], now: datetime) -> Iterator[Sample]:
    """Yield what the recorder's own counters had shown, step by step."""
    asked = {name for place in places() if not place.is_sql for query in place.queries for name in metrics_in(query)}
    registry = CollectorRegistry()
    sink = MetricsSink(registry, lambda _provider, _model: True)
    SelfMetrics(registry)
    at, place = now - timedelta(days=31), 0
    while at < now - timedelta(seconds=45):
        begin = place
        while place < len(found) and found[place].started_at <= at:
            place += 1
        sink.apply(found[begin:place], [])
        kept = asked if at > now - _DAY else _OF_A_MONTH
        for family in registry.collect():
            for sample in family.samples:
                if {family.name, sample.name} & kept or f"{family.name}_bucket" in kept:
                    yield family.name, sample.name, sample.labels, at.timestamp(), sample.value
        at += _FINE_STEP if at > now - _FINE else _DAY_STEP if at > now - _DAY else _COARSE_STEP


def _gauges(found: Sequence[Record], now: datetime) -> Iterator[Sample]:
    """Yield the spend of each hour and week, and what was usual, as the ledger would have told."""
    spent: dict[int, int] = defaultdict(int)
    for record in found:
        spent[int(record.started_at.timestamp()) // _GAUGE_STEP] += record.cost_nanousd or 0
    first, last = min(spent), int(now.timestamp()) // _GAUGE_STEP
    so_far = [0]
    for step in range(first, last + 1):
        so_far.append(so_far[-1] + spent[step])

    def window(step: int, steps: int) -> float:
        return (so_far[max(0, step - first)] - so_far[max(0, step - first - steps)]) / 1e9

    for step in range(last - 30 * 86_400 // _GAUGE_STEP, last):
        at = step * _GAUGE_STEP
        for name, steps in (("1h", _HOUR), ("7d", _WEEK)):
            yield _spend("farebox_spend_usd", name, at, window(step, steps))
        earlier = [step - weeks * _WEEK for weeks in (1, 2, 3, 4) if step - weeks * _WEEK - 2 * _HOUR > first]
        if len(earlier) > 1:
            usual = [max(window(one + near, _HOUR) for near in (-_HOUR, 0, _HOUR)) for one in earlier]
            yield _spend("farebox_spend_usual_usd", "1h", at, median(usual))


def _spend(name: str, window: str, at: float, usd: float) -> Sample:
    return name, name, {"window": window, "scope": "all", "name": ""}, at, usd


def _processes(now: datetime) -> Iterator[Sample]:
    """Yield CPU and memory of the processes, the spool and the scrape, of a quiet day."""
    for step in range(800):
        at = (now - timedelta(seconds=15 * (800 - step))).timestamp()
        ripple = 1 + 0.1 * ((step * 7) % 5 - 2)
        for process, (cpu, memory) in _PROCESSES.items():
            labels = {"process": process}
            yield "process_cpu_seconds_total", "process_cpu_seconds_total", labels, at, cpu * 15 * step * 1.0
            yield (
                "process_resident_memory_bytes",
                "process_resident_memory_bytes",
                labels,
                at,
                memory * (1 + step / 30_000),
            )
        yield from (
            (name, name, {}, at, value)
            for name, value in (
                ("farebox_spool_pending", round(max(0.0, ripple - 1) * 10)),
                ("scrape_samples_scraped", 1100.0 + step // 130),
                ("up", 1.0),
            )
        )
