"""Rows of Farebox / Traffic about providers: available, failing, near their limits."""

from .charts import stacked, table, timeline
from .fields import (
    CALLS_PER_MINUTE,
    GREEN,
    GREY,
    PERCENT,
    PURPLE,
    SKY,
    TOKENS,
    VERMILION,
    WHITE,
    YELLOW,
    Unit,
    column,
    defaults,
    fixed,
    named,
)
from .joined import joined
from .kit import Panel, Row, metric
from .links import to_board
from .promql import CHOSEN, FAILED, calls, share
from .thresholds import (
    FAILING_NOTICEABLE,
    PROVIDER_ERRORS,
    RATE_LIMIT_FRESH,
    RATE_LIMIT_LOW,
    RATE_LIMIT_NEAR,
)

_AGO = Unit("dtdurations", 0)
_OF_PROVIDER = 'provider=~"$provider"'
_REFUSED = 'outcome="http_error"'
_NO_ANSWER = "no answer"
_CUT = "cut by the provider"
# Each cause is another person's work: a 401 is that of who has the key, a 503 that of the provider.
_CAUSES = {
    "key refused (401, 403)": ((_REFUSED, 'status=~"401|403"'), PURPLE),
    "too many requests (429)": ((_REFUSED, 'status="429"'), YELLOW),
    "request refused (other 4xx)": ((_REFUSED, 'status!~"401|403|429|5.."'), SKY),
    "provider's error (5xx)": ((_REFUSED, 'status=~"5.."'), VERMILION),
    _CUT: (('outcome="provider_cut"',), WHITE),
    _NO_ANSWER: (('outcome="network_error"',), GREY),
}
_OUTCOMES = {
    "http_error": ("answered by an error", "text"),
    "provider_cut": (_CUT, "text"),
    "network_error": (_NO_ANSWER, "text"),
}


def _available() -> Panel:
    failing = share(FAILED, 'status!~"4.."', window="5m", by="provider", chosen=_OF_PROVIDER)
    levels = ((None, VERMILION), (1 - PROVIDER_ERRORS, YELLOW), (1 - FAILING_NOTICEABLE, GREEN))
    return timeline(
        "Available: the share of calls that each provider answered",
        "Which provider was up when? The share of calls in five minutes that the provider answered; 4xx answers "
        "count as answered, as they are the caller's. Red as in FareboxProviderErrors. No colour: no calls.",
        metric(f"1 - {failing}", "{{provider}}"),
        defaults=defaults(PERCENT, empty="no calls", steps=levels, min=0, max=1),
        width=24,
        height=7,
    )


def _failures() -> Panel:
    return stacked(
        "Failed calls a minute, by cause",
        "Which failures, and whose fault: a key (401, 403), a rate (429), a request (other 4xx) or the provider (5xx, "
        "cut, no answer)?",
        *(metric(f"60 * ({calls(*matchers)} > 0)", name) for name, (matchers, _) in _CAUSES.items()),
        defaults=defaults(CALLS_PER_MINUTE, empty="no call failed", color="palette-classic"),
        overrides=[fixed(name, color) for name, (_, color) in _CAUSES.items()],
        bars=True,
        interval="5m",
        width=13,
    )


def _failed() -> Panel:
    failed = f'farebox_calls_total{{{CHOSEN},outcome=~"http_error|provider_cut|network_error"}}'
    number = f"round(sum by (provider, outcome, status) (increase({failed}[$__range])))"
    return table(
        "Failed calls by provider and status, in the chosen time range",
        "Which provider fails, and how? Counted by Prometheus from its scrapes, so about right; the ledger "
        "has each call.",
        metric(
            # Without an answer there is no status, and Grafana writes the text for an empty table into an empty cell.
            f'sort_desc(label_replace({number}, "status", "-", "status", "") > 0)',
            format="table",
        ),
        defaults=defaults(empty="no call failed"),
        overrides=[
            column("provider", "Provider", links=[to_board("Only this provider", "farebox-traffic", "provider")]),
            column("outcome", "How", mappings=[named(_OUTCOMES)]),
            column("status", "Status", width=80, align="right"),
            # Grafana numbers the values of several queries only.
            *(column(name, "~ Calls", TOKENS, width=90) for name in ("Value", "Value #A")),
        ],
        transformations=joined(),
        options={"sortBy": [{"displayName": "~ Calls", "desc": True}]},
        rows=7,
        width=11,
    )


def _limits() -> Panel:
    by = "provider, kind"
    left = f"min by ({by}) (farebox_ratelimit_remaining{{{_OF_PROVIDER}}} / (farebox_ratelimit_limit > 0))"
    levels = ((None, "red"), (RATE_LIMIT_NEAR, "orange"), (RATE_LIMIT_LOW, "green"))
    return table(
        "Left of the rate limits",
        "Which limit is nearly used? Providers count per model and key, so this is the limit of the one called last. "
        "Red as in FareboxRateLimitNear. An old figure says little: its window has ended.",
        metric(left, format="table"),
        metric(f"time() - max by ({by}) (farebox_ratelimit_seen_timestamp_seconds{{{_OF_PROVIDER}}})", format="table"),
        defaults=defaults(empty="no provider states its limits"),
        overrides=[
            column("provider", "Provider", width=95),
            column("kind", "Limit", width=90),
            column("Value #A", "Left", PERCENT, steps=levels, cell="gauge", min=0, max=1),
            column("Value #B", "Age of figure", _AGO, steps=((None, "text"), (RATE_LIMIT_FRESH, "orange")), width=120),
        ],
        transformations=joined(),
        options={"sortBy": [{"displayName": "Left", "desc": False}]},
        rows=6,
        width=8,
    )


LIMITS = _limits()
ROWS = [Row("Providers", [_available(), _failures(), _failed()])]
