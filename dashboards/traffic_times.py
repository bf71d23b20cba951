"""Rows of Farebox / Traffic about time and tokens."""

from collections.abc import Sequence
from typing import Any

from .charts import heatmap, lines, stacked, table
from .fields import (
    CALLS_PER_MINUTE,
    DASH,
    GREEN,
    ORANGE,
    OTHER,
    PLAIN_SECONDS,
    PURPLE,
    SKY,
    TOKENS_PER_SECOND,
    VERMILION,
    Json,
    Unit,
    by_rank,
    column,
    defaults,
    fixed,
)
from .joined import joined
from .kit import Panel, Row, metric
from .links import to_board
from .promql import CHOSEN, calls, quantile, ranked, tokens
from .thresholds import FIRST_TOKEN_SLOW
from .traffic_providers import LIMITS

_FIRST = "farebox_time_to_first_token_seconds"
_WHOLE = "farebox_call_duration_seconds"
_RANKS = {
    "half within (p50)": (0.5, SKY),
    "95 % within (p95)": (0.95, ORANGE),
    "99 % within (p99)": (0.99, VERMILION),
}
# Fewer calls would make steps from bucket to bucket.
_SMOOTH = "5m"
_DRAWN = 4


def quantiles(
    title: str,
    question: str,
    histogram: str,
    *targets: Any,
    matchers: str = CHOSEN,
    unit: Unit = PLAIN_SECONDS,
    overrides: Sequence[Json] = (),
) -> Panel:
    """Return the median and the slow ends of a histogram over time, in five minutes each, and `targets`."""
    unfilled = {"custom.fillOpacity": 0}
    return lines(
        title,
        question,
        *(metric(quantile(rank, histogram, matchers=matchers), name) for name, (rank, _) in _RANKS.items()),
        *targets,
        defaults=defaults(unit, empty="no calls", color="palette-classic"),
        overrides=[*(fixed(name, color, **unfilled) for name, (_, color) in _RANKS.items()), *overrides],
        interval=_SMOOTH,
    )


def _by_model() -> Panel:
    by = "provider, model"
    today = quantile(0.95, _FIRST, window="15m", by=by)
    yesterday = today.replace("[15m]", "[15m] offset 1d")
    busy = f" and on ({by}) ({calls(window='15m', by=by)} > 0)"
    slower = ((None, "text"), (FIRST_TOKEN_SLOW, "orange"))
    return table(
        "By model, last 15 minutes",
        f"Which model is slow, now against the same minutes of yesterday? More than {FIRST_TOKEN_SLOW:g} times is "
        "orange. Tokens per second are of all calls together, not of one stream.",
        metric(f"sort_desc(60 * ({calls(window='15m', by=by)} > 0))", format="table"),
        metric(f"{today}{busy}", format="table"),
        metric(f"{today} / {yesterday}{busy}", format="table"),
        metric(f"{quantile(0.95, _WHOLE, window='15m', by=by)}{busy}", format="table"),
        metric(f'sum by ({by}) (rate(farebox_tokens_total{{{CHOSEN},kind="output"}}[15m])){busy}', format="table"),
        defaults=defaults(empty="no calls"),
        overrides=[
            column("provider", "Provider", width=140),
            column("model", "Model", links=[to_board("Only this model", "farebox-traffic", "provider", "model")]),
            column("Value #A", "Calls", CALLS_PER_MINUTE, width=110),
            column("Value #B", "First token: 95 % within", PLAIN_SECONDS, mappings=[DASH]),
            column("Value #C", "Of yesterday's first token", Unit("suffix: x", 1), steps=slower, mappings=[DASH]),
            column("Value #D", "Whole answer: 95 % within", PLAIN_SECONDS, mappings=[DASH]),
            column("Value #E", "Output, all calls", TOKENS_PER_SECOND, mappings=[DASH]),
        ],
        transformations=joined(),
        options={"sortBy": [{"displayName": "Calls", "desc": True}]},
        rows=10,
        width=24,
    )


def _humps() -> Panel:
    return heatmap(
        "How long answers took: brighter is more calls",
        "Is there one hump or are there two? A percentile hides that some calls are quick and others slow. Calls by "
        "how long they took, from the quick below to the slow above.",
        metric(f"sum by (le) (increase({_WHOLE}_bucket{{{CHOSEN}}}[$__rate_interval]))", "{{le}}", format="heatmap"),
        defaults=defaults(Unit("s"), empty="no calls"),
        interval=_SMOOTH,
        width=12,
    )


def _speed() -> Panel:
    by = "provider, model"
    whole = f'sum by ({by}) (increase(farebox_tokens_total{{{CHOSEN},kind="output"}}[$__range] @ end()))'
    series = ranked(tokens("output", by=by), whole, by, _DRAWN)
    return stacked(
        "Output tokens a second, by model",
        f"How much do models write? Of all calls together. The {_DRAWN} models that wrote most in the time range, the "
        f"rest as `{OTHER}`.",
        *(metric(of, rank if rank == OTHER else rank + " · {{model}} ({{provider}})") for rank, of in series),
        defaults=defaults(TOKENS_PER_SECOND, empty="no tokens", color="palette-classic"),
        overrides=by_rank(),
        interval=_SMOOTH,
        bars=False,
    )


def _input() -> Panel:
    # `input` holds what came from a cache and went to one: stacked parts must not overlap.
    whole, cached = tokens("input"), tokens("cache_read|cache_write")
    colors = {"new": SKY, "from cache": GREEN, "to cache": PURPLE}
    return stacked(
        "Input tokens a second: new, from cache, to cache",
        "Is the cache used? Input tokens a second by where they come from. Tokens that providers reported; estimated "
        "ones are in the ledger alone.",
        metric(f"{whole} - ({cached} or {whole} * 0)", "new"),
        metric(f"{tokens('cache_read')} or {whole} * 0", "from cache"),
        metric(f"{tokens('cache_write')} or {whole} * 0", "to cache"),
        defaults=defaults(TOKENS_PER_SECOND, empty="no tokens", color="palette-classic"),
        overrides=[fixed(name, color) for name, color in colors.items()],
        interval=_SMOOTH,
        bars=False,
        width=8,
    )


def _retries() -> Panel:
    return stacked(
        "Retries a minute, by provider",
        "How many calls are second and later attempts at the same request?",
        metric(
            '60 * (sum by (provider) (rate(farebox_retries_total{provider=~"$provider"}[$__rate_interval])) > 0)',
            "{{provider}}",
        ),
        defaults=defaults(CALLS_PER_MINUTE, empty="no retries", color="palette-classic"),
        interval=_SMOOTH,
        bars=True,
        width=8,
    )


ROWS = [
    Row(
        "How long: the chosen providers and models",
        [
            quantiles(
                "Time to the first token, in each 5 minutes",
                "How long until a stream shows its first word? Empty role chunks and pings don't count.",
                _FIRST,
            ),
            quantiles(
                "Time to the whole answer, in each 5 minutes",
                "How long until the answer is complete? Long answers are no fault: see tokens below.",
                _WHOLE,
            ),
            _by_model(),
            _humps(),
            _speed(),
        ],
    ),
    Row("Tokens, attempts and limits: the chosen providers and models", [_input(), _retries(), LIMITS]),
]
