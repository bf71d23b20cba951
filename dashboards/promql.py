"""Parts of the queries to Prometheus."""

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


def tokens(kinds: str, *, by: str = "") -> str:
    """Return the tokens a second of `kinds`, a regular expression."""
    return (
        f'sum{f" by ({by})" if by else ""} (rate(farebox_tokens_total{{{CHOSEN},kind=~"{kinds}"}}[$__rate_interval]))'
    )
