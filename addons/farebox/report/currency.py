"""The currency of reports: costs are converted at the rate of their day. Pure.

Sums are converted exactly, as fractions, and each figure that is printed is rounded once, half to even, to a billionth
of the currency's unit.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from ..config.currency import USD, Currency
from ..store.run_bill import Bill
from ..store.sums import Converted, Group, Sums
from . import figures

_SYMBOLS = {"EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩"}
# Stands between a span's label and the number of a rate.
_BETWEEN = "\x1f"

_FIRST_YEAR = 1970

Span = tuple[str, datetime, datetime]
Key = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class ReportCurrency:
    """The currency `code`, printed behind `prefix`: from `begins[n]` on, one USD is worth `rates[n]` units of it."""

    code: str
    prefix: str
    begins: tuple[datetime, ...]
    rates: tuple[Fraction, ...]

    def rate_at(self, moment: datetime) -> Fraction | None:
        """Return how many units one USD is worth at `moment`; None before the first rate."""
        place = bisect_right(self.begins, moment)
        return self.rates[place - 1] if place else None

    def converted(self, nanousd: int | None, moment: datetime) -> Converted:
        """Return the cost of what happened at `moment`."""
        return self._sum([(nanousd, self.rate_at(moment))])

    def cut(self, spans: Iterable[Span]) -> list[Span]:
        """Return `spans` divided where a rate begins; `sums` understands the labels."""
        return [part for span in spans for part in self._parts(span)]

    def sums(self, groups: Iterable[Group], place: int, *, has_span: bool) -> tuple[dict[Key, Converted], Converted]:
        """Return the cost of each key, and of all: `groups` have a label of `cut` at `place` of their keys.

        Without `has_span`, the keys that are returned have nothing at that place.
        """
        parts: dict[Key, list[tuple[int | None, Fraction | None]]] = {}
        for group in groups:
            label, _, number = (group.key[place] or "").rpartition(_BETWEEN)
            key = (*group.key[:place], *([label] if has_span else []), *group.key[place + 1 :])
            rate = self.rates[int(number) - 1] if int(number) else None
            parts.setdefault(key, []).append((group.sums.cost_nanousd, rate))
        whole = self._sum([one for some in parts.values() for one in some])
        return {key: self._sum(some) for key, some in parts.items()}, whole

    def _sum(self, parts: Sequence[tuple[int | None, Fraction | None]]) -> Converted:
        known = [(cost, rate) for cost, rate in parts if cost is not None]
        # Nothing is nothing in every currency.
        exact = [cost * (rate or 0) for cost, rate in known if rate is not None or not cost]
        missing = sum(cost for cost, rate in known if rate is None)
        return Converted(self.code, self.prefix, round(sum(exact, Fraction())) if exact else None, missing)

    def _parts(self, span: Span) -> Iterable[Span]:
        label, begins, ends = span
        place = bisect_right(self.begins, begins)
        while place < len(self.begins) and self.begins[place] < ends:
            yield f"{label}{_BETWEEN}{place}", begins, self.begins[place]
            begins, place = self.begins[place], place + 1
        yield f"{label}{_BETWEEN}{place}", begins, ends


def report_currency(code: str, lines: Sequence[Currency], zone: ZoneInfo, encoding: str) -> ReportCurrency | None:
    """Return the currency `code` with the rates of `lines` that name no host; None if it is USD.

    Days begin in `zone`. A symbol that `encoding` lacks is replaced by the code.
    """
    if not code or code == USD:
        return None
    own = sorted((_begin(line.effective_from, zone), line.usd) for line in lines if line.code == code and not line.host)
    return ReportCurrency(
        code, _prefix(code, encoding), tuple(begin for begin, _ in own), tuple(1 / Fraction(usd) for _, usd in own)
    )


def in_currency(groups: Iterable[Group], costs: Mapping[Key, Converted]) -> list[Group]:
    """Return `groups` with their `costs` in another currency."""
    return [replace(group, sums=replace(group.sums, converted=costs.get(group.key))) for group in groups]


def bill_in(bill: Bill, currency: ReportCurrency | None, began: datetime, ended: datetime) -> Bill:
    """Return `bill` in `currency`; in USD if another rate began between its times, as each call has its own then."""
    if currency is None or currency.rate_at(began) != currency.rate_at(ended):
        return bill
    costs = {group.key: currency.converted(group.sums.cost_nanousd, began) for group in bill.groups}
    return replace(bill, groups=in_currency(bill.groups, costs), total=sums_in(bill.total, currency, began, ended))


def sums_in(sums: Sums, currency: ReportCurrency | None, began: datetime, ended: datetime) -> Sums:
    """Return `sums` of calls between two times, in `currency` as `bill_in` does."""
    if currency is None or currency.rate_at(began) != currency.rate_at(ended):
        return sums
    return replace(sums, converted=currency.converted(sums.cost_nanousd, began))


def lacking(sums: Sums) -> str | None:
    """Return which part of the cost is not converted, as it is from before the first rate; None if all is."""
    one = sums.converted
    if one is None or not one.missing_nanousd:
        return None
    share = figures.share(one.missing_nanousd, sums.cost_nanousd)
    return (
        f"{figures.usd(one.missing_nanousd)} ({share} of the cost in USD) is from before the first rate of {one.code}: "
        f"not converted and not in the spend (`currency` in farebox.yaml)."
    )


def _begin(day: date | None, zone: ZoneInfo) -> datetime:
    # Some zones have no time before the first day of all; no call is that old.
    if day is None or day.year < _FIRST_YEAR:
        return datetime.min.replace(tzinfo=UTC)
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _prefix(code: str, encoding: str) -> str:
    symbol = _SYMBOLS.get(code, "")
    try:
        symbol.encode(encoding)
    except (LookupError, UnicodeEncodeError):
        symbol = ""
    return symbol or f"{code} "
