"""Prometheus metrics as a sink. Names and labels: docs/metrics.md."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from .. import __version__
from ..pricing.cost import REPORTED, UNPRICED
from ..records.record import Completion, Record
from .models import OTHER, ModelLabels

LIMITS_LIMIT = 200
# OpenTelemetry GenAI's boundaries for gen_ai.client.operation.duration, and two beyond for long answers.
_DURATIONS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84, 327.68)
_OVERHEADS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1)
_KINDS = {
    "input": "input_tokens",
    "cache_read": "cache_read_tokens",
    "cache_write": "cache_write_tokens",
    "input_audio": "input_audio_tokens",
    "input_image": "input_image_tokens",
    "output": "output_tokens",
    "reasoning": "reasoning_tokens",
    "output_audio": "output_audio_tokens",
    "output_image": "output_image_tokens",
}


class MetricsSink:
    """Counts Records. `knows` tells whether a catalogue has a provider's model.

    A series is looked up once: `labels` takes longer than what is counted.
    """

    def __init__(self, registry: CollectorRegistry, knows: Callable[[str, str | None], bool]) -> None:
        self._models = ModelLabels(knows)
        self._calls = cache(
            Counter(
                "farebox_calls",
                "Calls, by how they ended.",
                ["provider", "model", "operation", "outcome", "status"],
                registry=registry,
            ).labels
        )
        self._tokens = cache(
            Counter(
                "farebox_tokens",
                "Tokens as reported; input and output are totals, the other kinds lie inside them.",
                ["provider", "model", "kind"],
                registry=registry,
            ).labels
        )
        self._money = _Money(registry)
        self._capped = Counter(
            "farebox_calls_over_series_cap",
            "Calls counted under model=other because there were too many model names.",
            registry=registry,
        )
        self._limits = _Limits(registry)
        self._duration = _histogram("farebox_call_duration_seconds", "From request to the end of the answer.", registry)
        self._first_token = _histogram(
            "farebox_time_to_first_token_seconds", "From request to the first token of content, in streams.", registry
        )
        self._overhead = Histogram(
            "farebox_overhead_seconds",
            "farebox's own time spent on a call.",
            buckets=_OVERHEADS,
            registry=registry,
        )

    def apply(self, new: Sequence[Record], changed: Sequence[Completion]) -> None:
        """Count `new` calls, and the tokens and cost that `changed` ones gained."""
        for record in new:
            self._count(record)
        for completion in changed:
            self._complete(completion.before, completion.after)

    def _complete(self, before: Record, after: Record) -> None:
        model = self._models.label(after.provider, after.model_returned or after.model_requested)
        for kind, column in _KINDS.items():
            if (more := (getattr(after, column) or 0) - (getattr(before, column) or 0)) > 0:
                self._tokens(after.provider, model, kind).inc(more)
        self._money.complete(before, after, model)

    def _count(self, record: Record) -> None:
        model = self._models.label(record.provider, record.model_returned or record.model_requested)
        if model == OTHER:
            self._capped.inc()
        place = (record.provider, model)
        status = "" if record.status is None else str(record.status)
        self._calls(*place, record.operation or "", record.outcome, status).inc()
        for kind, column in _KINDS.items():
            if (amount := getattr(record, column)) and column not in (record.estimate or ()):
                self._tokens(*place, kind).inc(amount)
        self._money.count(record, model)
        self._observe(record, place)

    def _observe(self, record: Record, place: tuple[str, str]) -> None:
        self._limits.note(record)
        if record.duration_ms is not None:
            self._duration(*place).observe(record.duration_ms / 1000)
        if record.ttft_ms is not None:
            self._first_token(*place).observe(record.ttft_ms / 1000)
        if record.overhead_us is not None:
            self._overhead.observe(record.overhead_us / 1e6)


class _Money:
    """Cost, in USD: approximate, as counters are."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._cost = cache(
            Counter(
                "farebox_cost_usd",
                "Cost in USD. An approximation for rates; the exact sum is in the ledger.",
                ["provider", "model", "cost_status"],
                registry=registry,
            ).labels
        )
        self._catalogue = cache(
            Counter(
                "farebox_catalogue_cost_usd",
                "What the catalogues say of calls whose cost the provider stated: those with cost_status=reported.",
                ["provider", "model"],
                registry=registry,
            ).labels
        )
        self._unpriced = cache(
            Counter(
                "farebox_unpriced_calls", "Calls whose cost is not known.", ["provider", "model"], registry=registry
            ).labels
        )

    def count(self, record: Record, model: str) -> None:
        if record.cost_nanousd is not None:
            self._cost(record.provider, model, record.cost_status).inc(record.cost_nanousd / 1e9)
        if record.cost_status == REPORTED and record.catalogue_cost_nanousd is not None:
            self._catalogue(record.provider, model).inc(record.catalogue_cost_nanousd / 1e9)
        if record.cost_status == UNPRICED:
            self._unpriced(record.provider, model).inc()

    def complete(self, before: Record, after: Record, model: str) -> None:
        if (more := (after.cost_nanousd or 0) - (before.cost_nanousd or 0)) > 0:
            self._cost(after.provider, model, after.cost_status).inc(more / 1e9)


class _Limits:
    """What is left of rate limits; bounded, as it is the peer who names them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seen: set[tuple[str, str]] = set()
        self._remaining = cache(
            Gauge(
                "farebox_ratelimit_remaining",
                "What is left of a rate limit, as the latest answer says.",
                ["provider", "kind"],
                registry=registry,
            ).labels
        )

    def note(self, record: Record) -> None:
        for name, amount in (record.ratelimit or {}).items():
            aspect, _, kind = name.partition("_")
            if aspect == "remaining" and self._has_room((record.provider, kind)):
                self._remaining(record.provider, kind).set(amount)

    def _has_room(self, limit: tuple[str, str]) -> bool:
        if len(self._seen) < LIMITS_LIMIT:
            self._seen.add(limit)
        return limit in self._seen


class SelfMetrics:
    """What farebox tells about itself."""

    def __init__(self, registry: CollectorRegistry) -> None:
        build = Gauge("farebox_build_info", "1, with the version as a label.", ["version"], registry=registry)
        build.labels(__version__).set(1)
        self._inflight = Gauge("farebox_inflight_calls", "Calls whose answer is under way.", registry=registry)
        self._pending = Gauge("farebox_spool_pending", "Calls in the spool, not in the ledger yet.", registry=registry)
        self._dropped = Counter(
            "farebox_records_dropped", "Calls lost: neither disk nor memory had room.", registry=registry
        )
        self._aside = Counter(
            "farebox_records_dead_lettered", "Calls that the ledger refused, kept in a file.", registry=registry
        )
        self._failures = Counter(
            "farebox_meter_failures",
            "Answers that could not be read, through a fault of farebox.",
            ["dialect"],
            registry=registry,
        )
        self._refusals = Counter(
            "farebox_usage_refusals",
            "Streams that a host refused because farebox asked for usage; each was sent again as the client sent it.",
            ["provider"],
            registry=registry,
        )
        self._tls_untrusted = Counter(
            "farebox_tls_untrusted_connections",
            "Connections whose client does not trust farebox's CA.",
            registry=registry,
        )

        self._age = Gauge(
            "farebox_price_catalogue_age_seconds",
            "Age of the list prices in use, from the newest day on which one was checked.",
            registry=registry,
        )

    def catalogue_age(self, seconds: Callable[[], float]) -> None:
        """Tell the age of prices that `seconds` returns, at each scrape."""
        self._age.set_function(seconds)

    def inflight(self, number: int) -> None:
        self._inflight.set(number)

    def pending(self, number: int) -> None:
        self._pending.set(number)

    def dead_lettered(self, number: int = 1) -> None:
        self._aside.inc(number)

    def dropped(self, number: int) -> None:
        self._dropped.inc(number)

    def tls_untrusted(self, number: int) -> None:
        self._tls_untrusted.inc(number)

    def meter_failures(self, failures: Iterable[tuple[str, int]]) -> None:
        for dialect, number in failures:
            self._failures.labels(dialect).inc(number)

    def usage_refusals(self, refusals: Iterable[tuple[str, int]]) -> None:
        for provider, number in refusals:
            self._refusals.labels(provider).inc(number)


def _histogram(name: str, text: str, registry: CollectorRegistry) -> Callable[[str, str], Histogram]:
    return cache(Histogram(name, text, ["provider", "model"], buckets=_DURATIONS, registry=registry).labels)
