"""Rows of Farebox / Traffic about time and tokens."""

from .fields import (
    CALLS_PER_MINUTE,
    DASH,
    SECONDS,
    TOKENS_PER_SECOND,
    Json,
    Unit,
    column,
    defaults,
    override,
)
from .joined import joined
from .kit import Panel, Row, heatmap, lines, metric, stacked, table
from .links import to_board
from .promql import CHOSEN, calls, quantile, tokens
from .thresholds import FIRST_TOKEN_SLOW

_FIRST = "farebox_time_to_first_token_seconds"
_WHOLE = "farebox_call_duration_seconds"
_RANKS = {"50 % within": (0.5, "green"), "95 % within": (0.95, "orange"), "99 % within": (0.99, "red")}


def quantiles(title: str, question: str, histogram: str, *, matchers: str = CHOSEN, unit: Unit = SECONDS) -> Panel:
    """Return the median and the slow ends of a histogram over time."""
    return lines(
        title,
        question,
        *(metric(quantile(rank, histogram, matchers=matchers), name) for name, (rank, _) in _RANKS.items()),
        defaults=defaults(unit, empty="no calls", color="palette-classic"),
        overrides=[_colored(name, color) for name, (_, color) in _RANKS.items()],
    )


def _colored(name: str, color: str) -> Json:
    return override(name, {"color": {"mode": "fixed", "fixedColor": color}, "custom.fillOpacity": 0})


def _by_model() -> Panel:
    by = "provider, model"
    today = quantile(0.95, _FIRST, window="15m", by=by)
    yesterday = today.replace("[15m]", "[15m] offset 1d")
    slower = ((None, "transparent"), (FIRST_TOKEN_SLOW, "orange"))
    return table(
        "By model, last 15 minutes",
        f"Which model is slow, now against the same minutes of yesterday? More than {FIRST_TOKEN_SLOW:g} times is "
        "orange. "
        "Tokens per second are of all calls together, not of one stream.",
        metric(f"60 * ({calls(window='15m', by=by)} > 0)", format="table"),
        metric(today, format="table"),
        metric(f"{today} / {yesterday}", format="table"),
        metric(quantile(0.95, _WHOLE, window="15m", by=by), format="table"),
        metric(f'sum by ({by}) (rate(farebox_tokens_total{{{CHOSEN},kind="output"}}[15m]))', format="table"),
        defaults=defaults(empty="no calls"),
        overrides=[
            column("provider", "Provider", width=140),
            column("model", "Model", links=[to_board("Only this model", "farebox-traffic", "provider", "model")]),
            column("Value #A", "Calls", CALLS_PER_MINUTE),
            column("Value #B", "First token, 95 % within", SECONDS, mappings=[DASH]),
            column("Value #C", "Against yesterday", Unit("suffix: x", 1), steps=slower, mappings=[DASH]),
            column("Value #D", "Whole answer, 95 % within", SECONDS),
            column("Value #E", "Output", TOKENS_PER_SECOND),
        ],
        transformations=joined(),
        options={"sortBy": [{"displayName": "Calls", "desc": True}]},
        width=24,
        height=7,
    )


def _humps() -> Panel:
    return heatmap(
        "Where answers' time lies",
        "Is there one hump or are there two? A percentile hides that some calls are quick and others slow. Calls by "
        "how "
        "long they took.",
        metric(f"sum by (le) (increase({_WHOLE}_bucket{{{CHOSEN}}}[$__rate_interval]))", "{{le}}", format="heatmap"),
        defaults=defaults(Unit("s"), empty="no calls"),
        width=12,
    )


def _speed() -> Panel:
    return lines(
        "Output tokens a second, by model",
        "How much do models write? Of all calls together. The 11 models that write most.",
        metric(f"topk(11, {tokens('output', by='provider, model')} > 0)", "{{model}} ({{provider}})"),
        defaults=defaults(TOKENS_PER_SECOND, empty="no tokens", color="palette-classic"),
    )


def _input() -> Panel:
    # `input` holds what came from a cache and went to one: stacked parts must not overlap.
    whole, cached = tokens("input"), tokens("cache_read|cache_write")
    colors = {"new": "blue", "from cache": "green", "to cache": "purple"}
    return stacked(
        "Input: new, from cache, to cache",
        "Is the cache used? Input tokens a second by where they come from. Tokens that providers reported; estimated "
        "ones "
        "are in the ledger alone.",
        metric(f"{whole} - ({cached} or {whole} * 0)", "new"),
        metric(f"{tokens('cache_read')} or {whole} * 0", "from cache"),
        metric(f"{tokens('cache_write')} or {whole} * 0", "to cache"),
        defaults=defaults(TOKENS_PER_SECOND, empty="no tokens", color="palette-classic"),
        overrides=[override(name, {"color": {"mode": "fixed", "fixedColor": color}}) for name, color in colors.items()],
        bars=False,
        width=12,
    )


def _retries() -> Panel:
    return lines(
        "Retries",
        "How many calls are second and later attempts at the same request? Attempts a minute.",
        metric(
            '60 * (sum by (provider) (rate(farebox_retries_total{provider=~"$provider"}[$__rate_interval])) > 0)',
            "{{provider}}",
        ),
        defaults=defaults(CALLS_PER_MINUTE, empty="no retries", color="palette-classic"),
    )


ROWS = [
    Row(
        "How long",
        [
            quantiles(
                "First token",
                "How long until a stream shows its first word? Empty role chunks and pings don't count.",
                _FIRST,
            ),
            quantiles(
                "Whole answer",
                "How long until the answer is complete? Long answers are no fault: see tokens below.",
                _WHOLE,
            ),
            _by_model(),
            _humps(),
            _speed(),
        ],
    ),
    Row("Tokens and attempts", [_input(), _retries()]),
]
