"""Limits and windows of budgets as people write them: `500 USD`, `50M tokens`; `month`, `rolling 24h`."""

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from .suggest import nearest

USD, TOKENS = "USD", "tokens"
# USD too, but with the list price of what plans have paid for.
LIST = "list"
CALENDAR = ("day", "week", "month")
_NANO = 10**9
_LIMIT = re.compile(r"(\d{1,15}(?:\.\d{1,9})?) ?([kMGB]?) ?([A-Za-z$€]+)")
_FACTORS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "B": 10**9}
_UNITS = {"usd": USD, "tokens": TOKENS, "token": TOKENS}
# In nano-USD, sums of this size still fit into the ledger's integers.
_MOST = {USD: 10**9, TOKENS: 10**15}
_ROLLING = re.compile(r"(?:rolling )?(\d{1,4})([hd])")
_LONGEST = timedelta(days=90)
_FORMS = f"{', '.join(CALENDAR)}, rolling 24h or rolling 30d"


@dataclass(frozen=True, slots=True)
class Limit:
    """What a budget allows: an amount in nano-USD or in tokens, by `unit`."""

    amount: int
    unit: str

    def __str__(self) -> str:
        amount = Decimal(self.amount) / (_NANO if self.unit == USD else 1)
        return f"{amount.normalize():f} {self.unit}"


@dataclass(frozen=True, slots=True)
class WindowForm:
    """The window of a budget: `day`, `week` or `month` of the calendar, or the `length` that ends now."""

    name: str
    length: timedelta | None = None

    @property
    def period(self) -> str:
        """Its name among `records.windows`."""
        return self.name.removeprefix("rolling ")

    @property
    def is_rolling(self) -> bool:
        """Tell whether the window moves with the clock."""
        return self.length is not None


def parse_limit(text: str) -> Limit:
    """Return the Limit that `text` states. ValueError, with the fix, if it is not one."""
    match = _LIMIT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a limit: write a number and its unit, such as 500 USD or 50M tokens")
    unit = _UNITS.get(match[3].lower())
    if unit is None:
        right = nearest(match[3], (USD, TOKENS))
        fix = f"did you mean {right}?" if right else f"write {USD} or {TOKENS}"
        raise ValueError(f"{text!r} has the unknown unit {match[3]!r}: {fix}")
    number = Decimal(match[1]) * _FACTORS[match[2]]
    if not 0 < number <= _MOST[unit]:
        raise ValueError(f"{text!r} is out of range: write more than 0 and at most {_MOST[unit]} {unit}")
    amount = number * (_NANO if unit == USD else 1)
    if amount != int(amount):
        raise ValueError(f"{text!r} is no whole number of tokens: round it")
    return Limit(int(amount), unit)


def parse_window(text: str) -> WindowForm:
    """Return the window that `text` names. ValueError, with the fix, if it names none."""
    if text in CALENDAR:
        return WindowForm(text)
    match = _ROLLING.fullmatch(text.strip())
    if match is None:
        right = nearest(text, CALENDAR)
        fix = f"did you mean {right}? The windows are" if right else "write"
        raise ValueError(f"{text!r} is not a window: {fix} {_FORMS}")
    length = timedelta(hours=int(match[1])) if match[2] == "h" else timedelta(days=int(match[1]))
    if not timedelta(hours=1) <= length <= _LONGEST:
        raise ValueError(f"{text!r} is out of range: a rolling window has 1h to {_LONGEST.days}d")
    return WindowForm(f"rolling {match[1]}{match[2]}", length)
