"""Rows of Farebox / Traffic about providers: available, failing, near their limits."""

from .fields import CALLS_PER_MINUTE, PERCENT, Json, Unit, column, defaults, override_regex
from .joined import joined
from .kit import Panel, Row, metric, stacked, table, timeline
from .promql import FAILED, calls, share
from .thresholds import (
    FAILING_NOTICEABLE,
    PROVIDER_ERRORS,
    RATE_LIMIT_FRESH,
    RATE_LIMIT_LOW,
    RATE_LIMIT_NEAR,
)

_AGO = Unit("dtdurations", 0)
_OF_PROVIDER = 'provider=~"$provider"'
# A status has a colour of its own, the same on every provider: a 401 is another person's work than a 503.
_STATUS_COLORS = {
    "40[13] .*": "purple",
    "429 .*": "yellow",
    "4(0[02456789]|[13-9].|2[0-8]|xx) .*": "blue",
    "5.. .*": "red",
    "(cut|no answer) .*": "dark-red",
}


def _available() -> Panel:
    failing = share(FAILED, 'status!~"4.."', window="5m", by="provider", chosen=_OF_PROVIDER)
    levels = ((None, "red"), (1 - PROVIDER_ERRORS, "orange"), (1 - FAILING_NOTICEABLE, "green"))
    return timeline(
        "Available",
        "Which provider was up when? The share of calls in five minutes that the provider answered; 4xx answers "
        "count as "
        "answered, as they are the caller's. Red as in FareboxProviderErrors. No colour: no calls.",
        metric(f"1 - {failing}", "{{provider}}"),
        defaults=defaults(PERCENT, empty="no calls", steps=levels, min=0, max=1),
        width=24,
        height=7,
    )


def _failures() -> Panel:
    refused = f"60 * ({calls('outcome="http_error"', by='provider, status')} > 0)"
    cut = f"60 * ({calls('outcome="provider_cut"', by='provider')} > 0)"
    silent = f"60 * ({calls('outcome="network_error"', by='provider')} > 0)"
    return stacked(
        "Failures by provider and status",
        "Which failures, and whose fault: a key (401, 403), a rate (429), a request (other 4xx) or the provider "
        "(5xx, cut, "
        "no answer)? Failed calls a minute.",
        metric(refused, "{{status}} {{provider}}"),
        metric(cut, "cut {{provider}}"),
        metric(silent, "no answer {{provider}}"),
        defaults=defaults(CALLS_PER_MINUTE, empty="no call failed", color="palette-classic"),
        overrides=[_colored(pattern, color) for pattern, color in _STATUS_COLORS.items()],
        bars=True,
        width=15,
    )


def _colored(pattern: str, color: str) -> Json:
    return override_regex(f"^{pattern}$", {"color": {"mode": "fixed", "fixedColor": color}})


def _limits() -> Panel:
    by = "provider, kind"
    left = f"min by ({by}) (farebox_ratelimit_remaining{{{_OF_PROVIDER}}} / (farebox_ratelimit_limit > 0))"
    levels = ((None, "red"), (RATE_LIMIT_NEAR, "orange"), (RATE_LIMIT_LOW, "green"))
    return table(
        "Left of the rate limits",
        "Which limit is nearly used? As the latest answer says; providers count per model and key, so this is the "
        "limit of "
        "the one called last. Red as in FareboxRateLimitNear. An old figure says little: its window has ended.",
        metric(left, format="table"),
        metric(f"time() - max by ({by}) (farebox_ratelimit_seen_timestamp_seconds{{{_OF_PROVIDER}}})", format="table"),
        defaults=defaults(empty="no provider states its limits"),
        overrides=[
            column("provider", "Provider", width=100),
            column("kind", "Limit", width=120),
            column("Value #A", "Left", PERCENT, steps=levels, cell="gauge", min=0, max=1),
            column("Value #B", "Seen", _AGO, steps=((None, "transparent"), (RATE_LIMIT_FRESH, "orange")), width=110),
        ],
        transformations=joined(),
        options={"sortBy": [{"displayName": "Left", "desc": False}]},
        width=9,
    )


ROWS = [Row("Providers", [_available(), _failures(), _limits()])]
