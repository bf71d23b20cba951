"""Parts of the queries to Prometheus."""

from collections.abc import Iterator

from .fields import OTHER

CHOSEN = 'provider=~"$provider",model=~"$model"'
FAILED = 'outcome=~"http_error|provider_cut|network_error"'


def calls(*matchers: str, window: str = "$__rate_interval", by: str = "", chosen: str = CHOSEN) -> str:
    """Return the calls a second of the chosen providers and models that match, over `window`."""
    matching = ",".join([chosen, *matchers])
    return f"sum{f' by ({by})' if by else ''} (rate(farebox_calls_total{{{matching}}}[{window}]))"


def share(*matchers: str, window: str, by: str = "", chosen: str = CHOSEN) -> str:
    """Return the share of calls that match: 0 where none does, and nothing, which is not 0, where there is no call."""
    every = calls(window=window, by=by, chosen=chosen)
    return f"({calls(*matchers, window=window, by=by, chosen=chosen)} or {every} * 0) / ({every} > 0)"


def quantile(
    rank: float, metric: str, *, window: str = "$__rate_interval", by: str = "", matchers: str = CHOSEN
) -> str:
    """Return a quantile of the histogram `metric`."""
    selected = f"{{{matchers}}}" if matchers else ""
    labels = f"{by}, le" if by else "le"
    return f"histogram_quantile({rank:g}, sum by ({labels}) (rate({metric}_bucket{selected}[{window}])))"


def marked(amount: str, window: str, legend: str = "") -> str:
    """Return `amount` of all spend of `window`, its label `mark` saying whether it is an estimate or a lower bound.

    `legend` is put before the mark.
    """
    doubt = 'max(farebox_spend_uncertain_calls{{window="{}",cost_status=~"{}"}}) > 0'
    estimated, least = (doubt.format(window, status) for status in ("estimated", "partial|unpriced"))
    marks = {
        "at least, estimate": f"{amount} and on () ({least}) and on () ({estimated})",
        "at least": f"{amount} and on () ({least}) unless on () ({estimated})",
        "estimate": f"{amount} and on () ({estimated}) unless on () ({least})",
        "exact": f"{amount} unless on () ({least} or {estimated})",
    }
    return " or ".join(f'label_replace({of}, "mark", "{legend}{mark}", "", "")' for mark, of in marks.items())


def ranked(expr: str, whole: str, by: str, number: int) -> Iterator[tuple[str, str]]:
    """Yield a rank and a query for each of the `number` series of `expr` with the largest `whole`, then all others.

    `whole` has one value for the time range, so that a rank is the same series all the time.
    """
    for rank in range(1, number + 1):
        before = f" unless topk({rank - 1}, {whole})" if rank > 1 else ""
        yield str(rank), f"{expr} and on ({by}) (topk({rank}, {whole}){before})"
    yield OTHER, f"sum({expr} unless on ({by}) topk({number}, {whole}))"


def tokens(kinds: str, *, by: str = "") -> str:
    """Return the tokens a second of `kinds`, a regular expression."""
    return (
        f'sum{f" by ({by})" if by else ""} (rate(farebox_tokens_total{{{CHOSEN},kind=~"{kinds}"}}[$__rate_interval]))'
    )
