"""The weekly digest: spend and its change, who spent it, what has no price, and what failures cost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ..attribution.names import NO_NAMES, Names
from ..records import reading
from ..records.windows import Window, weeks_before, window
from ..report.figures import plural, usd
from ..store.alert_events import Delivery
from ..store.engine import Engine
from ..store.summary import Group, Scope
from ..store.totals import totals
from .message import DIGEST, Message
from .spenders import Spenders, spenders, uncut

_MOST = 5
_FAILURES = {
    reading.HTTP_ERROR: "refused by the provider",
    reading.CLIENT_ABORT: "cut by the client",
    reading.PROVIDER_CUT: "cut by the provider",
    reading.NETWORK_ERROR: "without a response",
    reading.SIDECAR_STOP: "cut when farebox was stopped",
}


class Failed(NamedTuple):
    """Calls that ended badly; `nanousd` is None if none of them has a known cost."""

    outcome: str
    calls: int
    unpriced_calls: int
    nanousd: int | None


@dataclass(frozen=True, slots=True)
class Week:
    """The figures of a week. Sums are None if no call has a known cost.

    `uncertain_calls` have a cost that is a lower bound or estimated.
    """

    window: Window
    calls: int
    nanousd: int | None
    before_nanousd: int | None
    unpriced_calls: int
    uncertain_calls: int
    failures: Sequence[Failed]
    top: Spenders

    @property
    def change(self) -> float | None:
        """The change against the week before as a share of it; None if that is not known."""
        if self.nanousd is None or not self.before_nanousd:
            return None
        return self.nanousd / self.before_nanousd - 1

    @property
    def failed_nanousd(self) -> int:
        """What calls that ended badly cost, as far as it is known."""
        return sum(one.nanousd or 0 for one in self.failures)


def week_of(engine: Engine, begins: datetime, zone: ZoneInfo, *, names: Names = NO_NAMES) -> Week:
    """Return the figures of the week that begins at `begins`, as `farebox report` has them. LedgerAwayError."""
    span = window("week", begins, zone)
    found = totals(engine, Scope(*span), ("outcome",), uncut)
    before = totals(engine, Scope(weeks_before(span.begins, 1, zone), span.begins), (), uncut).whole
    whole = found.whole
    return Week(
        window=span,
        calls=whole.calls,
        nanousd=whole.cost_nanousd,
        before_nanousd=before.cost_nanousd,
        unpriced_calls=whole.unpriced,
        uncertain_calls=whole.uncertain,
        failures=_failures(found.groups),
        top=spenders(engine, Scope(*span), _MOST, names=names),
    )


def _failures(groups: Sequence[Group]) -> list[Failed]:
    failed = [
        Failed(outcome, one.sums.calls, one.sums.unpriced, one.sums.cost_nanousd)
        for one in groups
        if (outcome := one.key[0]) in _FAILURES and outcome is not None
    ]
    return sorted(failed, key=lambda one: (-(one.nanousd or 0), -one.calls))


def digest_message(delivery: Delivery, week: Week, zone: ZoneInfo) -> Message:
    """Return the digest of `week`."""
    begins = week.window.begins.astimezone(zone)
    last = (week.window.ends - datetime.resolution).astimezone(zone)
    return Message(
        id=delivery.id,
        kind=DIGEST,
        created_at=delivery.created_at,
        severity="info",
        title=f"LLM spend of {begins:%d %b} to {last:%d %b %Y}: {usd(week.nanousd)}{_change(week)}",
        text="\n".join(_lines(week)),
        body={"week": _body(week), "top": week.top.body()},
        labels={"alertname": "FareboxWeeklyDigest", "severity": "info"},
    )


def _change(week: Week) -> str:
    return "" if week.change is None else f" ({week.change:+.0%})"


def _lines(week: Week) -> Iterator[str]:
    change = f", {usd(week.before_nanousd)} the week before" if week.before_nanousd is not None else ""
    yield f"{plural(week.calls, 'call')}, {usd(week.nanousd)}{change}."
    yield from week.top.lines()
    if week.unpriced_calls:
        yield f"{plural(week.unpriced_calls, 'call')} without a known cost, not in the sum."
    if week.uncertain_calls:
        yield f"{plural(week.uncertain_calls, 'call')} with a cost that is estimated or a lower bound."
    if week.failures:
        told = ", ".join(
            f"{_cost(one)} for {plural(one.calls, 'call')} {_FAILURES[one.outcome]}{_unpriced(one)}"
            for one in week.failures
        )
        yield f"Paid for failures: {usd(week.failed_nanousd)} ({told})."


def _cost(one: Failed) -> str:
    # Without a cost, nothing was billed, unless it is unknown.
    return usd(one.nanousd if one.unpriced_calls else one.nanousd or 0)


def _unpriced(one: Failed) -> str:
    return f", {one.unpriced_calls} of unknown cost" if one.unpriced_calls else ""


def _body(week: Week) -> dict[str, Any]:
    return {
        "begins": week.window.begins,
        "ends": week.window.ends,
        "calls": week.calls,
        "nanousd": week.nanousd,
        "before_nanousd": week.before_nanousd,
        "change": week.change,
        "unpriced_calls": week.unpriced_calls,
        "uncertain_calls": week.uncertain_calls,
        "failed_nanousd": week.failed_nanousd,
        "failures": [one._asdict() for one in week.failures],
    }
