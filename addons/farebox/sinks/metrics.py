"""Prometheus metrics as a sink. Names and labels: docs/metrics.md."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import attrgetter

from prometheus_client import CollectorRegistry

from ..pricing.cost import REPORTED, UNPRICED
from ..pricing.saved import cache_saved_nanousd
from ..records.columns import COLUMNS
from ..records.record import Completion, Record
from ..store.label_sets import LabelSet
from .billing_metrics import BillingMetrics
from .increments import Increments
from .metric_specs import counter, histogram
from .model_labels import ModelLabels
from .rate_limits import RateLimits
from .series import CallSeries

_TOTALS = {column.name for column in COLUMNS if column.name.endswith("_tokens") and column.within is None}
# The label `kind` of each token column: the totals, and what lies directly within them.
KINDS = {
    column.name.removesuffix("_tokens"): column.name
    for column in COLUMNS
    if column.name in _TOTALS or column.within in _TOTALS
}
_amounts_of = attrgetter(*KINDS.values())


class MetricsSink:
    """Counts Records. `knows` tells whether a catalogue has a provider's model.

    Each series is looked up once: `labels` takes longer than what is counted.
    """

    def __init__(self, registry: CollectorRegistry, knows: Callable[[str, str | None], bool]) -> None:
        self._models = ModelLabels(knows)
        self._money = _Money(registry)
        self._limits = RateLimits(registry)
        self._billing = BillingMetrics(registry)
        self._calls = CallSeries(counter("calls", registry).labels)
        self._tokens = cache(counter("tokens", registry).labels)
        self._retries = cache(counter("retries", registry).labels)
        self._over_cap = counter("calls_over_series_cap", registry)
        self._duration = cache(histogram("call_duration_seconds", registry).labels)
        self._first_token = cache(histogram("time_to_first_token_seconds", registry).labels)
        self._overhead = histogram("overhead_seconds", registry)

    def expect(self, found: Iterable[LabelSet]) -> None:
        """Make the series of the calls `found` in the ledger, at 0.

        Otherwise a series begins with its first call, and rate() and increase() see no growth in it.
        """
        for one in found:
            model = self._models.label(one.provider, one.model)
            self._calls.of((one.provider, model, one.operation or ""), one.outcome, one.status)
            self._retries(one.provider)
            for kind, column in KINDS.items():
                if one.known.get(column):
                    self._tokens(one.provider, model, kind)
            if one.known["duration_ms"]:
                self._duration(one.provider, model)
            if one.known["ttft_ms"]:
                self._first_token(one.provider, model)
            self._money.expect(one, model)

    def apply(self, new: Sequence[Record], changed: Sequence[Completion]) -> None:
        """Count `new` calls, and the tokens and cost that `changed` ones gained."""
        with Increments() as sums:
            for record in new:
                self._count(record, sums)
            for completion in changed:
                self._complete(completion.before, completion.after, sums)
        self._limits.note(new)

    def _complete(self, before: Record, after: Record, sums: Increments) -> None:
        model = self._models.label(after.provider, after.model)
        for kind, column in KINDS.items():
            if (more := (getattr(after, column) or 0) - (getattr(before, column) or 0)) > 0:
                sums.add(self._tokens(after.provider, model, kind), more)
        self._money.complete(before, after, model, sums)

    def _count(self, record: Record, sums: Increments) -> None:
        model = self._models.label(record.provider, record.model)
        place = (record.provider, model)
        calls, is_beyond = self._calls.of((*place, record.operation or ""), record.outcome, record.status)
        sums.add(calls)
        if is_beyond:
            sums.add(self._over_cap)
        retries = self._retries(record.provider)
        if (record.attempt or 1) > 1:
            sums.add(retries)
        for kind, column, amount in zip(KINDS, KINDS.values(), _amounts_of(record), strict=True):
            if amount and column not in (record.estimate or ()):
                sums.add(self._tokens(*place, kind), amount)
        self._money.count(record, model, sums)
        self._billing.count(record, sums)
        self._observe(record, place)

    def _observe(self, record: Record, place: tuple[str, str]) -> None:
        if record.duration_ms is not None:
            self._duration(*place).observe(record.duration_ms / 1000)
        if record.ttft_ms is not None:
            self._first_token(*place).observe(record.ttft_ms / 1000)
        if record.overhead_us is not None:
            self._overhead.observe(record.overhead_us / 1e6)


class _Money:
    """Cost in USD: approximate, as counters are."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._cost = cache(counter("cost_usd", registry).labels)
        self._catalogue = cache(counter("catalogue_cost_usd", registry).labels)
        self._saved = cache(counter("cache_saved_usd", registry).labels)
        self._unpriced = cache(counter("unpriced_calls", registry).labels)

    def expect(self, one: LabelSet, model: str) -> None:
        place = (one.provider, model)
        if one.known["cost_nanousd"]:
            self._cost(*place, one.cost_status)
        if one.cost_status == REPORTED and one.known["catalogue_cost_nanousd"]:
            self._catalogue(*place)
        if one.known["cache_read_tokens"]:
            self._saved(*place)
        if one.cost_status == UNPRICED:
            self._unpriced(*place)

    def count(self, record: Record, model: str, sums: Increments) -> None:
        place = (record.provider, model)
        if record.cost_nanousd is not None:
            sums.add(self._cost(*place, record.cost_status), record.cost_nanousd / 1e9)
        if record.cost_status == REPORTED and record.catalogue_cost_nanousd is not None:
            sums.add(self._catalogue(*place), record.catalogue_cost_nanousd / 1e9)
        if (saved := cache_saved_nanousd(record)) is not None:
            sums.add(self._saved(*place), saved / 1e9)
        if record.cost_status == UNPRICED:
            sums.add(self._unpriced(*place))

    def complete(self, before: Record, after: Record, model: str, sums: Increments) -> None:
        if (more := (after.cost_nanousd or 0) - (before.cost_nanousd or 0)) > 0:
            sums.add(self._cost(after.provider, model, after.cost_status), more / 1e9)
