"""The metrics of budgets: bounded by the configuration, and the same from each sidecar that shares the ledger."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from ..budgets.figures import Figures
from ..config.budget_limits import TOKENS, USD
from ..config.budgets import Budget
from .metric_specs import GAUGES, PREFIX

_NANO = 1e9
_UNITS = {USD: ("budget_limit_usd", _NANO), TOKENS: ("budget_limit_tokens", 1.0)}
_NAMES = tuple(name for name in GAUGES if name.startswith("budget_"))
# A metric without prefix, its labels and its value.
_Sample = tuple[str, tuple[str, ...], float]


class BudgetMetrics(Collector):
    """Shows the figures of `budgets` that were set last.

    Of a budget that is for each name, the highest figure of all names is shown: the names are no labels.
    """

    def __init__(self, registry: CollectorRegistry, budgets: Sequence[Budget]) -> None:
        self._limits = [sample for budget in budgets for sample in _limit(budget)]
        self._samples: Sequence[_Sample] = self._limits
        registry.register(self)

    def show(self, figures: Iterable[Figures], at: datetime) -> None:
        """Show `figures`, computed at the time `at`, at the next scrape."""
        samples: dict[tuple[str, tuple[str, ...]], float] = {("budget_computed_timestamp_seconds", ()): at.timestamp()}
        for one in figures:
            for name, labels, value in _samples(one):
                samples[name, labels] = max(samples.get((name, labels), value), value)
        self._samples = [*self._limits, *((name, labels, value) for (name, labels), value in samples.items())]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the metrics, as prometheus_client asks for them."""
        families = {
            name: GaugeMetricFamily(PREFIX + name, GAUGES[name].help, labels=GAUGES[name].labels) for name in _NAMES
        }
        for name, labels, value in self._samples:
            families[name].add_metric(labels, value)
        yield from families.values()


def _limit(budget: Budget) -> Iterator[_Sample]:
    name, scale = _UNITS[budget.allows.unit]
    yield name, _place(budget), budget.allows.amount / scale


def _samples(figures: Figures) -> Iterator[_Sample]:
    place = _place(figures.budget)
    yield "budget_used_ratio", (*place, "known"), figures.ratio
    yield "budget_used_ratio", (*place, "high"), figures.high_ratio
    yield "budget_unknown_calls", place, figures.unknown_calls
    for over, rate in figures.burn.items():
        yield "budget_burn_rate", (*place, over), rate
    if figures.forecast_ratio is not None:
        yield "budget_forecast_ratio", place, figures.forecast_ratio


def _place(budget: Budget) -> tuple[str, ...]:
    return budget.name, budget.scope, budget.span.name
