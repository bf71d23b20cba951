"""Rules about budgets. The recorder computes the figures: PromQL knows neither the calendar nor the time zone."""

from dashboards import thresholds as at

from .promql import BUDGET as BY_BUDGET
from .promql import burning, number, steady, used
from .rule import Alert, Group, Inhibition

_LABELS = ("budget", "scope", "window")
_NAME = "{{ $labels.budget }} ({{ $labels.window }})"
# What the percentage is of, if the budget is in USD.
_LIMIT = (
    '{{ with printf "max(farebox_budget_limit_usd{budget=%q,window=%q})" $labels.budget $labels.window | query }}'
    ' of ${{ . | first | value | printf "%.2f" }}{{ end }}'
)
_KNOWN, _HIGH = used("known"), used("high")
_FORECAST = f"{BY_BUDGET} ({steady('farebox_budget_forecast_ratio')})"


def _step(level: float, following: float) -> str:
    return f"{_KNOWN} >= {number(level)}\nunless {_KNOWN} >= {number(following)}"


GROUP = Group(
    "farebox.budgets",
    (
        Alert(
            "BudgetHalfUsed",
            "info",
            "Half of a budget is used.",
            f"{_NAME}: {{{{ $value | humanizePercentage }}}}{_LIMIT} is used.",
            _step(at.BUDGET_HALF_USED, at.BUDGET_NEARLY_USED),
        ),
        Alert(
            "BudgetNearlyUsed",
            "warning",
            "A budget is nearly used up.",
            f"{_NAME}: {{{{ $value | humanizePercentage }}}}{_LIMIT} is used.",
            _step(at.BUDGET_NEARLY_USED, at.BUDGET_EXCEEDED),
        ),
        Alert(
            "BudgetExceeded",
            "critical",
            "A budget is exceeded.",
            f"{_NAME}: {{{{ $value | humanizePercentage }}}}{_LIMIT} is used. Only known costs count.",
            f"{_KNOWN} >= {number(at.BUDGET_EXCEEDED)}",
        ),
        Alert(
            "BudgetBurnFast",
            "critical",
            "A budget is being spent much too fast.",
            f"{_NAME}: spending in the last hour is {{{{ $value | humanize }}}} times the pace that the budget{_LIMIT}"
            " allows.",
            burning(at.BURN_FAST),
            held="2m",
        ),
        Alert(
            "BudgetBurnSlow",
            "warning",
            "A budget is being spent too fast.",
            f"{_NAME}: spending is {{{{ $value | humanize }}}} times the pace that the budget{_LIMIT} allows.",
            burning(at.BURN_SLOW),
            held="15m",
            inhibited=(Inhibition("BudgetExceeded", _LABELS), Inhibition("BudgetBurnFast", _LABELS)),
        ),
        Alert(
            "BudgetWillNotLast",
            "warning",
            "A budget is forecast to be exceeded.",
            f"{_NAME}: the forecast for the end of the window is {{{{ $value | humanizePercentage }}}}{_LIMIT}.",
            f"{_FORECAST} > {number(at.FORECAST_OVER)}\nand {_KNOWN} > {number(at.FORECAST_USED)}\n"
            f"unless {_KNOWN} >= {number(at.BUDGET_EXCEEDED)}",
            held="1h",
            inhibited=(Inhibition("BudgetExceeded", _LABELS),),
        ),
        Alert(
            "BudgetUncertain",
            "warning",
            "A budget may be exceeded, depending on estimates.",
            f"{_NAME}: between known costs and {{{{ $value | humanizePercentage }}}}{_LIMIT} is used, depending on"
            " calls whose cost is estimated.",
            f"{_HIGH} >= {number(at.BUDGET_EXCEEDED)}\nunless {_KNOWN} >= {number(at.BUDGET_EXCEEDED)}",
            held="10m",
            inhibited=(Inhibition("BudgetExceeded", _LABELS),),
        ),
        Alert(
            "BudgetNotEnforced",
            "warning",
            "Budgets that refuse calls are not enforced.",
            "{{ $labels.instance }}: {{ $value | humanize }} calls passed in 5 minutes, because the figures of budgets"
            " were older than a minute.",
            "sum by (instance) (increase(farebox_budget_unchecked_calls_total[5m])) > 0",
            held="5m",
        ),
        Alert(
            "BudgetFiguresOld",
            "warning",
            "The figures of budgets are old.",
            "They were computed {{ $value | humanizeDuration }} ago.",
            f"time() - max(farebox_budget_computed_timestamp_seconds) > {number(at.BUDGET_FIGURES_AGE)}",
            held="5m",
        ),
    ),
)
