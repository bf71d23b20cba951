"""Rules about providers."""

from dashboards import thresholds as at

from .promql import number
from .rule import Alert, Group, Inhibition, Recording

_CALLS = "farebox:calls:rate5m"
_ERRORS = "farebox:errors:rate5m"
_RATIO = "farebox:error_ratio:rate5m"
_REFUSED = 'sum by (provider) (increase(farebox_calls_total{status=~"401|403"}[10m]))'
_TURNED_AWAY = 'sum by (provider) (increase(farebox_calls_total{status="429"}[5m]))'
_FIRST = "farebox_time_to_first_token_seconds"
_SAME = ("provider",)
_BY_PLAN = "sum by (provider, plan)"
_OVERAGE = 'farebox_billing_calls_total{billing="overage"}'

# A call that a budget blocked never reached the provider; a 4xx is the caller's fault, or has an alert of its own.
RECORDINGS = Group(
    "farebox.recording",
    (
        Recording(_CALLS, 'sum by (provider) (rate(farebox_calls_total{outcome!="blocked"}[5m]))'),
        Recording(
            _ERRORS,
            "sum by (provider) (rate(farebox_calls_total"
            '{outcome=~"http_error|provider_cut|network_error",status!~"4.."}[5m]))',
        ),
        Recording(_RATIO, f"{_ERRORS} / ({_CALLS} > 0)"),
    ),
)


def _p95(window: str, offset: str = "") -> str:
    return f"histogram_quantile(0.95, sum by (provider, model, le) (rate({_FIRST}_bucket[{window}]{offset})))"


def _streams(window: str, offset: str = "") -> str:
    return f"sum by (provider, model) (increase({_FIRST}_count[{window}]{offset}))"


GROUP = Group(
    "farebox.providers",
    (
        Alert(
            "ProviderErrors",
            "warning",
            "Many calls to a provider fail.",
            "{{ $labels.provider }}: {{ $value | humanizePercentage }} of calls fail with a 5xx status, a broken"
            " response or no response.",
            f"{_RATIO} > {number(at.PROVIDER_ERRORS)}\nand {_CALLS} * 300 >= {number(at.PROVIDER_ERRORS_CALLS)}",
            held="5m",
            inhibited=(Inhibition("ProviderDown", _SAME), Inhibition("ProviderRefusesKey", _SAME)),
        ),
        Alert(
            "ProviderDown",
            "critical",
            "A provider is down.",
            "{{ $labels.provider }}: {{ $value | humanizePercentage }} of calls fail.",
            f"{_RATIO} > {number(at.PROVIDER_DOWN)}\nand {_CALLS} * 300 >= {number(at.PROVIDER_DOWN_CALLS)}",
            held="2m",
            inhibited=(Inhibition("ProviderRefusesKey", _SAME),),
        ),
        Alert(
            "ProviderRefusesKey",
            "critical",
            "A provider refuses the API key.",
            "{{ $labels.provider }}: {{ $value | humanize }} calls got 401 or 403 in 10 minutes, and none succeeded.",
            f"{_REFUSED} >= {number(at.KEY_REFUSALS)}\n"
            'unless sum by (provider) (increase(farebox_calls_total{outcome="ok"}[10m])) > 0',
            held="2m",
        ),
        Alert(
            "RateLimited",
            "warning",
            "A provider rejects calls because of its rate limit.",
            "{{ $labels.provider }}: {{ $value | humanizePercentage }} of calls got 429.",
            f"{_TURNED_AWAY}\n  / sum by (provider) (increase(farebox_calls_total[5m])) > {number(at.RATE_LIMITED)}\n"
            f"and {_TURNED_AWAY} >= {number(at.RATE_LIMITED_CALLS)}",
            held="5m",
        ),
        Alert(
            "RateLimitNear",
            "info",
            "A rate limit is nearly reached.",
            "{{ $labels.provider }} {{ $labels.kind }}: {{ $value | humanizePercentage }} of the limit is left.",
            # Figures of different models and keys alternate in one gauge; an old figure says nothing about now.
            "min by (provider, kind) (\n"
            "  max_over_time(farebox_ratelimit_remaining[5m]) / (farebox_ratelimit_limit > 0)\n"
            f"  and time() - farebox_ratelimit_seen_timestamp_seconds < {number(at.RATE_LIMIT_FRESH)}\n"
            f") < {number(at.RATE_LIMIT_NEAR)}",
            held="5m",
            inhibited=(Inhibition("RateLimited", _SAME),),
        ),
        Alert(
            "PlanOverage",
            "warning",
            "Calls are billed beyond a plan.",
            "{{ $labels.provider }} {{ $labels.plan }}: {{ $value | humanize }} calls beyond the plan in 10 minutes.",
            # A series that is new has no increase: its first value is what has come.
            f"{_BY_PLAN} (increase({_OVERAGE}[10m])) > 0\nor {_BY_PLAN} ({_OVERAGE} unless {_OVERAGE} offset 10m) > 0",
        ),
        Alert(
            "PlanWindowNear",
            "warning",
            "A plan's window is nearly used up.",
            "{{ $labels.provider }}: {{ $value | humanizePercentage }} of the window {{ $labels.window }} is used.",
            # What was used of a window that has ended says nothing about the next one.
            "max by (provider, window) (\n"
            "  farebox_plan_window_used_ratio\n"
            "  unless farebox_plan_window_reset_timestamp_seconds <= time()\n"
            f") >= {number(at.PLAN_WINDOW_NEAR)}",
            held="1m",
            inhibited=(Inhibition("PlanOverage", _SAME),),
        ),
        Alert(
            "FirstTokenSlow",
            "info",
            "First tokens take much longer than yesterday.",
            "{{ $labels.provider }} {{ $labels.model }}: the 95th percentile is {{ $value | humanizeDuration }}.",
            f"{_p95('15m')}\n  > {number(at.FIRST_TOKEN_SLOW)} * {_p95('1d', ' offset 1h')}\n"
            f"and {_p95('15m')} > {number(at.FIRST_TOKEN_SECONDS)}\n"
            f"and {_streams('15m')} >= {number(at.FIRST_TOKEN_STREAMS)}\n"
            f"and {_streams('1d', ' offset 1h')} >= {number(at.FIRST_TOKEN_STREAMS)}",
            held="10m",
            inhibited=(Inhibition("ProviderDown", _SAME),),
        ),
    ),
)
