"""The label sets of `farebox_calls_total`, bounded, and those that exist before their first call."""

from collections.abc import Callable, Iterator
from functools import cache

from ..records import reading as outcomes
from . import statuses
from .increments import Counting
from .model_labels import OTHER

# No traffic makes a sidecar export more series than this, with 20 names in each scope of the money gauges
# (`metrics.names`) and without budgets. It follows from the limits below and those in models.py and rate_limits.py,
# for each of the known providers; a test holds them together.
SERIES_LIMIT = 25_000
CALLS_LIMIT = 2_500
# Failures that alerts count. Their counters exist as soon as a model has been called: otherwise the first failure is
# the first value of a series, in which rate() and increase() see no growth.
FAILURES = (
    *((outcomes.HTTP_ERROR, status) for status in (401, 429, 500, 502, 503, 504, 529)),
    (outcomes.NETWORK_ERROR, None),
    (outcomes.PROVIDER_CUT, 200),
)

# Provider, model and operation.
Place = tuple[str, str, str]
# A Place, outcome and status.
Labels = tuple[str, str, str, str, str]


class CallSeries:
    """Gives each call its counter, made by `child`: up to CALLS_LIMIT label sets, and further ones by class of status.

    The label sets of FAILURES are made for each provider, model and operation, while half of the limit is free.
    """

    def __init__(self, child: Callable[..., Counting], limit: int = CALLS_LIMIT) -> None:
        self._child = cache(child)
        self._limit = limit
        self._seen: set[Labels] = set()
        self._places: set[Place] = set()

    def of(self, place: Place, outcome: str, status: int | None) -> tuple[Counting, bool]:
        """Return the counter of a call, and whether it is one for the calls beyond the limit."""
        labels = (*place, outcome, statuses.label(status))
        if not self._has_room(labels):
            return self._child(place[0], OTHER, OTHER, outcome, statuses.class_of(status)), True
        if place not in self._places:
            self._expect_failures(place)
        return self._child(*labels), place[1] == OTHER

    def _expect_failures(self, place: Place) -> None:
        if len(self._seen) >= self._limit // 2:
            return
        self._places.add(place)
        for labels in _failures(place):
            self._seen.add(labels)
            self._child(*labels)

    def _has_room(self, labels: Labels) -> bool:
        if labels not in self._seen and len(self._seen) < self._limit:
            self._seen.add(labels)
        return labels in self._seen


def _failures(place: Place) -> Iterator[Labels]:
    for outcome, status in FAILURES:
        yield (*place, outcome, statuses.label(status))
