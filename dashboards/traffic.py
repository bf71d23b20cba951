"""Farebox / Traffic: do calls work, how fast are they, and whose fault is it when they don't?"""

from . import traffic_providers, traffic_times, variables
from .annotations import ALERTS, RESTARTS
from .fields import CALLS_PER_MINUTE, COUNT, FINE_PERCENT, SECONDS, UNKNOWN, defaults
from .kit import Board, Panel, Row, metric, stat
from .promql import FAILED, calls, quantile, share
from .thresholds import (
    ABORTS_NOTICEABLE,
    FAILING_NOTICEABLE,
    PROVIDER_ERRORS,
    RATE_LIMITED,
    RATE_LIMITED_NOTICEABLE,
)

UID = "farebox-traffic"


def _share(title: str, question: str, matchers: tuple[str, ...], levels: tuple[tuple[float, str], ...]) -> Panel:
    return stat(
        title,
        question,
        metric(share(*matchers, window="$__range"), instant=True),
        defaults=defaults(FINE_PERCENT, empty="no calls", steps=((None, "green"), *levels), mappings=[UNKNOWN]),
    )


NOW = Row(
    "In the chosen time range",
    [
        stat(
            "Calls",
            "How busy is it now? Calls a minute, without listings of models.",
            metric(f"60 * {calls('operation!="models_list"')}"),
            defaults=defaults(CALLS_PER_MINUTE, empty="no calls"),
            options={"graphMode": "area"},
        ),
        _share(
            "Failing",
            "What share of calls failed? Refusals for the rate (429) are beside, and hang-ups of clients are no "
            "failures.",
            (FAILED, 'status!="429"'),
            ((FAILING_NOTICEABLE, "orange"), (PROVIDER_ERRORS, "red")),
        ),
        _share(
            "Turned away for their rate",
            "What share of calls did providers refuse with 429? Red as in FareboxRateLimited.",
            ('status="429"',),
            ((RATE_LIMITED_NOTICEABLE, "orange"), (RATE_LIMITED, "red")),
        ),
        _share(
            "Hung up before the end",
            "Do users give up? The share of calls whose client closed the connection before the answer was complete.",
            ('outcome="client_abort"',),
            ((ABORTS_NOTICEABLE, "orange"),),
        ),
        stat(
            "First token, 95 % within",
            "How long do users wait for the first word of a stream? 95 of 100 waited no longer than this.",
            metric(quantile(0.95, "farebox_time_to_first_token_seconds", window="$__range"), instant=True),
            defaults=defaults(SECONDS, empty="no streams", mappings=[UNKNOWN]),
        ),
        stat(
            "Under way",
            "How many answers are coming in now, of all providers and models?",
            metric("sum(farebox_inflight_calls)"),
            defaults=defaults(COUNT, empty="not reported", mappings=[UNKNOWN]),
            options={"graphMode": "area"},
        ),
    ],
)

BOARD = Board(
    UID,
    "Farebox / Traffic",
    "Do calls work, how fast are they, and whose fault is it when they don't?",
    [NOW, *traffic_providers.ROWS, *traffic_times.ROWS],
    [
        variables.METRICS,
        variables.of_metrics("provider", "Provider", "label_values(farebox_calls_total, provider)"),
        variables.of_metrics("model", "Model", 'label_values(farebox_calls_total{provider=~"$provider"}, model)'),
    ],
    annotations=[ALERTS, RESTARTS],
)
