"""The message of a budget that has reached a threshold."""

from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

import msgspec

from ..report.figures import count, plural, usd
from ..store.alert_events import Delivery
from .events import BudgetFigures
from .message import Message, Severity
from .spenders import Spenders

_NEARLY, _WHOLE = Decimal("0.8"), Decimal(1)
_HALF = Decimal("0.5")


def budget_message(delivery: Delivery, spenders: Spenders, zone: tzinfo, *, label: str | None = None) -> Message:
    """Return the message of a budget's event; `spenders` are those of its window, `label` is how its user is called."""
    event = delivery.event
    figures = msgspec.convert(event.figures, BudgetFigures, strict=False)
    threshold = Decimal(event.threshold)
    alert, severity = alert_of(threshold, event.bound)
    name = f"{event.budget}: {label or event.name}" if event.name else event.budget
    after = " after repricing" if figures.after_repricing else ""
    return Message(
        id=delivery.id,
        kind=event.kind,
        created_at=delivery.created_at,
        severity=severity,
        title=f"Budget {name} {_state(threshold, event.bound)}{after}",
        text=" ".join(_sentences(figures, zone)) + "".join(f"\n{line}" for line in spenders.lines()),
        body={"budget": {**_body(delivery, figures, threshold), "label": label}, "top": spenders.body()},
        labels={
            "alertname": alert,
            "severity": severity,
            "budget": event.budget,
            "scope": event.scope,
            "name": event.name,
            "window": figures.window,
        },
        ends=None if figures.rolling else figures.ends,
    )


def alert_of(threshold: Decimal, bound: str) -> tuple[str, Severity]:
    """Return the name of the alert, that of Prometheus' rule for it, and its severity."""
    if bound == "high":
        return "FareboxBudgetUncertain", "warning"
    if threshold >= _WHOLE:
        return "FareboxBudgetExceeded", "critical"
    if threshold >= _NEARLY:
        return "FareboxBudgetNearlyUsed", "warning"
    return "FareboxBudgetHalfUsed" if threshold >= _HALF else "FareboxBudgetUsed", "info"


def _state(threshold: Decimal, bound: str) -> str:
    share = f"{threshold * 100:.10f}".rstrip("0").rstrip(".") + " %"
    if bound == "high":
        reached = "its limit" if threshold == _WHOLE else f"{share} of its limit"
        return f"may have reached {reached}, depending on estimates"
    return "is used up" if threshold == _WHOLE else f"has reached {share}"


def _sentences(one: BudgetFigures, zone: tzinfo) -> list[str]:
    told = [
        f"{_amount(one, one.used)} of {_amount(one, one.limit)} ({one.used / one.limit:.0%}) used {_when(one, zone)}."
    ]
    if one.after_repricing:
        told.append("Calls of that window were priced anew since it ended.")
    if one.used_high > one.used:
        told.append(f"Estimates would add {_amount(one, one.used_high - one.used)} ({one.used_high / one.limit:.0%}).")
    if one.forecast is not None:
        told.append(f"Forecast: {_amount(one, one.forecast)} ({one.forecast / one.limit:.0%}).")
    if "1h" in one.burn_rate and one.burn_rate["1h"] > 0:
        told.append(f"Burn rate of the last hour: {one.burn_rate['1h']:.1f}x.")
    if one.unknown_calls:
        unit = "cost" if one.unit == "nanousd" else "use"
        told.append(f"{plural(one.unknown_calls, 'call')} with unknown {unit}, not in these figures.")
    return told


def _when(one: BudgetFigures, zone: tzinfo) -> str:
    if one.rolling:
        return f"in the last {one.window.removeprefix('rolling ')}"
    begins, ends = (_local(moment, zone) for moment in (one.begins, one.ends))
    return f"in the {one.window} from {begins} to {ends}"


def _local(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def _amount(one: BudgetFigures, amount: int) -> str:
    return usd(amount) if one.unit == "nanousd" else f"{count(amount)} tokens"


def _body(delivery: Delivery, one: BudgetFigures, threshold: Decimal) -> dict[str, Any]:
    """Return the names and units of `farebox budgets --format json`."""
    event = delivery.event
    kept = msgspec.structs.asdict(one)
    shares = {
        "left": one.limit - one.used,
        "used_ratio": one.used / one.limit,
        "forecast_ratio": None if one.forecast is None else one.forecast / one.limit,
    }
    who = {"budget": event.budget, "scope": kept.pop("scope"), "name": event.name or None}
    crossed = {"threshold": float(threshold), "bound": event.bound}
    return {**who, **kept, **shares, **crossed}
