"""Farebox / Traffic: do calls work, how fast are they, and whose fault is it when they don't?"""

from . import traffic_providers, traffic_times, variables
from .annotations import ALERTS, RESTARTS
from .charts import stat
from .fields import CALLS_PER_MINUTE, COUNT, FINE_PERCENT, PLAIN_SECONDS, UNKNOWN, defaults
from .kit import Board, Panel, Row, metric
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
    "Now, and in the chosen time range: the chosen providers and models",
    [
        stat(
            "Calls a minute, now",
            "How busy is it now? Calls a minute, without listings of models.",
            metric(f"60 * {calls('operation!="models_list"')}"),
            defaults=defaults(CALLS_PER_MINUTE, empty="no calls"),
        ),
        _share(
            "Failed, without 429",
            "What share of calls in the time range failed? Refusals for the rate (429) are beside, and hang-ups of "
            "clients are no failures.",
            (FAILED, 'status!="429"'),
            ((FAILING_NOTICEABLE, "orange"), (PROVIDER_ERRORS, "red")),
        ),
        _share(
            "Too many requests (429)",
            "What share of calls in the time range did providers refuse for their rate? Red as in FareboxRateLimited.",
            ('status="429"',),
            ((RATE_LIMITED_NOTICEABLE, "orange"), (RATE_LIMITED, "red")),
        ),
        _share(
            "Client hung up early",
            "Do users give up? The share of calls in the time range whose client closed the connection before the "
            "answer was complete.",
            ('outcome="client_abort"',),
            ((ABORTS_NOTICEABLE, "orange"),),
        ),
        stat(
            "First token: 95 % within",
            "How long do users wait for the first word of a stream? In the time range, 95 of "
            "100 waited no longer than this.",
            metric(quantile(0.95, "farebox_time_to_first_token_seconds", window="$__range"), instant=True),
            defaults=defaults(PLAIN_SECONDS, empty="no streams", mappings=[UNKNOWN]),
        ),
        stat(
            "Running now",
            "How many answers are coming in now, of all providers and models?",
            metric("sum(farebox_inflight_calls)"),
            defaults=defaults(COUNT, empty="not reported", mappings=[UNKNOWN]),
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
