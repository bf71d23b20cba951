"""Rules about spend and prices."""

from dashboards import thresholds as at

from .promql import number, spent
from .rule import Alert, Group, Inhibition

_USUAL = (
    '{{ with query "max(farebox_spend_usual_usd{window=\\"1h\\",scope=\\"all\\"})" }}'
    '{{ . | first | value | printf "%.2f" }}{{ end }}'
)
_CLIENTS = "user|key|client_app"
_UNNAMED = ',name!~"|other|[(]unknown[)]"'
_TOTAL = spent("1h", "all")
_HOUR = spent("1h", _CLIENTS, _UNNAMED)
_WEEK = spent("7d", _CLIENTS, _UNNAMED)
_MODEL = "sum by (provider, model)"
_UNPRICED = f"{_MODEL} (increase(farebox_unpriced_calls_total[1h]))"


def floor(usd: float, share: float) -> str:
    """Return the larger of an amount and a share of the mean day's total spend."""
    daily = 'max(last_over_time(farebox_spend_usd{window="7d",scope="all"}[15m])) / 7'
    return f"{number(share)} * {daily} > {number(usd)} or vector({number(usd)})"


def _busiest() -> str:
    """Return each client's busiest hour of the six days before yesterday's time of day."""
    return (
        f"max by (scope, name) (max_over_time(farebox_spend_usd{{"
        f'window="1h",scope=~"{_CLIENTS}"{_UNNAMED}}}[6d:10m] offset 1d))'
    )


GROUP = Group(
    "farebox.spend",
    (
        Alert(
            "SpendUnusual",
            "warning",
            "Spend is far above the usual spend at this hour of the week.",
            f'${{{{ $value | printf "%.2f" }}}} in the last hour; usual at this hour: at most ${_USUAL}.',
            # Of all alone: a provider that few clients use has such hours every week.
            f"{_TOTAL}\n  > {number(at.SPEND_UNUSUAL)} * max by (scope, name)"
            ' (last_over_time(farebox_spend_usual_usd{window="1h",scope="all"}[15m]))\n'
            f"and {_TOTAL}\n  > on () group_left () ({floor(at.SPEND_FLOOR_USD, at.SPEND_FLOOR_SHARE)})",
            held="10m",
            inhibited=(Inhibition("BudgetBurnFast"),),
        ),
        Alert(
            "ClientRunaway",
            "critical",
            "One client spends many times its usual amount.",
            '{{ $labels.scope }} {{ $labels.name }}: ${{ $value | printf "%.2f" }} in the last hour.',
            f"{_HOUR}\n  > on () group_left () ({floor(at.RUNAWAY_USD, at.RUNAWAY_SHARE)})\n"
            f"and {_HOUR}\n  > {number(at.RUNAWAY_OVER_MEAN)} * {_WEEK} / 168\n"
            f"unless {_HOUR}\n  <= {number(at.RUNAWAY_OVER_BUSIEST)} * {_busiest()}",
            held="5m",
        ),
        Alert(
            "TrafficUnpriced",
            "warning",
            "Calls have no known cost.",
            "{{ $labels.provider }} {{ $labels.model }}: {{ $value | humanize }} calls in the last hour have no price."
            " Spend and budgets don't include them.",
            f"{_UNPRICED} > {number(at.UNPRICED_CALLS)}\nand {_UNPRICED}\n"
            f"  / {_MODEL} (increase(farebox_calls_total[1h])) > {number(at.UNPRICED_SHARE)}",
            held="15m",
        ),
        Alert(
            "PricesDrift",
            "info",
            "A provider charges other prices than the catalogue lists.",
            "{{ $labels.provider }} {{ $labels.model }}: reported costs of the last day differ from the catalogue by"
            " {{ $value | humanizePercentage }}.",
            f'abs({_MODEL} (increase(farebox_cost_usd_total{{cost_status="reported"}}[1d]))\n'
            f"  / ({_MODEL} (increase(farebox_catalogue_cost_usd_total[1d])) > {number(at.DRIFT_USD)}) - 1)"
            f" > {number(at.PRICE_DRIFT)}",
            held="1h",
        ),
        Alert(
            "CatalogueOld",
            "info",
            "The price catalogue is old.",
            "Its prices were last checked {{ $value | humanizeDuration }} ago.",
            f"max(farebox_price_catalogue_age_seconds) > {number(at.CATALOGUE_AGE)}",
            held="1h",
        ),
    ),
)
