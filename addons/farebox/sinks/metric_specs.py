"""The metrics, an entry each, named without prefix and `_total`. A new metric is an entry and its use."""

from collections.abc import Mapping
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.metrics_core import GaugeMetricFamily

PREFIX = "farebox_"
# OpenTelemetry GenAI's boundaries for gen_ai.client.operation.duration, and two beyond for long answers.
_DURATIONS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84, 327.68)
_OVERHEADS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1)
_MODEL = ("provider", "model")
_BUDGET = ("budget", "scope", "window")


class Spec(NamedTuple):
    """What a metric says, its labels, and the upper bounds of a histogram's buckets."""

    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


COUNTERS: Mapping[str, Spec] = {
    "calls": Spec("Calls, by how they ended.", (*_MODEL, "operation", "outcome", "status")),
    "tokens": Spec("Tokens as reported; input and output are totals, which hold the other kinds.", (*_MODEL, "kind")),
    "cost_usd": Spec(
        "Cost in USD. An approximation for rates; the exact sum is in the ledger.", (*_MODEL, "cost_status")
    ),
    "catalogue_cost_usd": Spec(
        "Cost by the price catalogues of calls whose cost the provider stated: those with cost_status=reported.", _MODEL
    ),
    "cache_saved_usd": Spec(
        "What tokens read from a cache would have cost more as new input, in USD, at the prices of each call.", _MODEL
    ),
    "billing_calls": Spec("Calls, by who pays; overage is billed beyond a plan.", ("provider", "billing", "plan")),
    "included_usd": Spec(
        "List price in USD of the calls that plans and reserved capacity have paid for.",
        ("provider", "billing", "plan"),
    ),
    "unpriced_calls": Spec("Calls whose cost is not known.", _MODEL),
    "retries": Spec("Calls that repeat a failed one.", ("provider",)),
    "calls_over_series_cap": Spec("Calls counted under model=other because there were too many label sets."),
    "records_dropped": Spec("Calls lost because neither disk nor memory had room."),
    "records_dead_lettered": Spec("Calls that could not be recorded and are kept as dead letters."),
    "meter_failures": Spec("Answers that farebox could not read because of a fault of its own.", ("dialect",)),
    "usage_refusals": Spec(
        "Streams that a host refused because farebox asked for usage; each was sent again as the client sent it.",
        ("provider",),
    ),
    "access_refusals": Spec(
        "Connections and requests refused by the settings clients (reason=client), auth or upstreams (upstream).",
        ("reason",),
    ),
    "tls_untrusted_connections": Spec("Connections whose client does not trust farebox's CA."),
    "budget_unchecked_calls": Spec(
        "Calls that passed because the figures of budgets that refuse calls were older than a minute."
    ),
    "notifications_sent": Spec("Notifications that a destination has taken.", ("destination",)),
    "notifications_failed": Spec("Attempts to notify that a destination has not taken.", ("destination",)),
    "sink_failures": Spec("Batches that a sink failed to take over.", ("sink",)),
    "job_failures": Spec("Runs of a periodic job of the recorder that failed.", ("job",)),
}
GAUGES: Mapping[str, Spec] = {
    "build_info": Spec("1, with the version as a label.", ("version",)),
    "inflight_calls": Spec("Calls whose answer is under way."),
    "spool_pending": Spec("Calls in the spool that are not in the ledger yet."),
    "ratelimit_remaining": Spec("What is left of a rate limit, as the latest answer says.", ("provider", "kind")),
    "ratelimit_limit": Spec("The rate limit itself, as the latest answer says.", ("provider", "kind")),
    "ratelimit_seen_timestamp_seconds": Spec("When the latest answer that says so ended.", ("provider", "kind")),
    "plan_window_used_ratio": Spec(
        "How much of a plan's window is used, as the latest answer says.", ("provider", "window")
    ),
    "plan_window_reset_timestamp_seconds": Spec(
        "When a plan's window ends, by the same answer.", ("provider", "window")
    ),
    "price_catalogue_age_seconds": Spec("Age of the list prices in use, from the newest day on which one was checked."),
    "budget_limit_usd": Spec("What a budget allows in a window, in USD.", _BUDGET),
    "budget_limit_tokens": Spec("What a budget allows in a window, in tokens.", _BUDGET),
    "budget_used_ratio": Spec(
        "Use of a budget over its limit: by known costs, or with what estimates add (bound=high).", (*_BUDGET, "bound")
    ),
    "budget_burn_rate": Spec(
        "How many times as fast as its limit allows a budget was used in the last time.", (*_BUDGET, "over")
    ),
    "budget_forecast_ratio": Spec("Use by the end of the window over the limit, by weekday and hour.", _BUDGET),
    "budget_unknown_calls": Spec("Calls of a budget's window whose use is not known.", _BUDGET),
    "notifications_waiting": Spec("Notifications that a destination has not taken yet.", ("destination",)),
    "budget_computed_timestamp_seconds": Spec("When the figures of budgets were computed."),
}
SPEND: Mapping[str, Spec] = {
    "spend_usd": Spec("Exact spend in USD, from the ledger.", ("window", "scope", "name")),
    "spend_usual_usd": Spec(
        "Spend in USD that is usual for this hour of the week, from the ledger.", ("window", "scope", "name")
    ),
    "spend_forecast_usd": Spec(
        "What the window will come to in USD, by weekday and hour, from the ledger.", ("window", "scope", "bound")
    ),
    "spend_uncertain_calls": Spec(
        "Calls whose cost is estimated, partial or unpriced, from the ledger; the window's first hour counts whole.",
        ("window", "cost_status"),
    ),
}
HISTOGRAMS: Mapping[str, Spec] = {
    "call_duration_seconds": Spec("From request to the end of the answer.", _MODEL, _DURATIONS),
    "time_to_first_token_seconds": Spec("From request to the first token of content, in streams.", _MODEL, _DURATIONS),
    "overhead_seconds": Spec("farebox's own time spent on a call.", (), _OVERHEADS),
}


def counter(name: str, registry: CollectorRegistry) -> Counter:
    """Return the counter `name`, registered; LookupError where there is none of this name."""
    spec = COUNTERS[name]
    return Counter(PREFIX + name, spec.help, spec.labels, registry=registry)


def gauge(name: str, registry: CollectorRegistry) -> Gauge:
    """Return the gauge `name`, registered; LookupError where there is none of this name."""
    spec = GAUGES[name]
    return Gauge(PREFIX + name, spec.help, spec.labels, registry=registry)


def family(name: str) -> GaugeMetricFamily:
    """Return an empty family of the gauges `name` of SPEND, which a collector fills at each scrape."""
    spec = SPEND[name]
    return GaugeMetricFamily(PREFIX + name, spec.help, labels=spec.labels)


def histogram(name: str, registry: CollectorRegistry) -> Histogram:
    """Return the histogram `name`, registered; LookupError where there is none of this name."""
    spec = HISTOGRAMS[name]
    return Histogram(PREFIX + name, spec.help, spec.labels, buckets=spec.buckets, registry=registry)
