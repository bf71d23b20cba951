"""Currencies other than USD, of bills and of reports, and what they are worth: the key `currency` of farebox.yaml."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

import msgspec

USD = "USD"
# Currencies whose rate comes with farebox.
BUNDLED = ("CNY",)
_CODE = re.compile(r"[A-Z]{3}")
_HOST = re.compile(r"[\w*.-]+")
_MOST = 10**6
_DECIMALS = 15


class Currency(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One unit of the currency `code` is worth `usd` from a day on, in UTC.

    With a `host`, that host bills in this currency, and the rate holds there; without, it holds wherever the currency
    is used.
    """

    code: str
    usd: Decimal
    host: str | None = None
    effective_from: date | None = None


def is_code(text: str) -> bool:
    """Tell whether `text` has the form of a currency's code, such as EUR."""
    return _CODE.fullmatch(text) is not None


def report_problems(code: str, lines: Iterable[Currency]) -> Iterator[str]:
    """Yield what is wrong with `report_currency`, whose rates are those of `lines` that name no host."""
    if not code or code == USD:
        return
    if not is_code(code):
        upper = code.upper()
        fix = f"write {upper}" if is_code(upper) else "write three capital letters, such as EUR"
        yield f"report_currency: {code!r} is not a currency: {fix}"
    elif all(line.code != code or line.host is not None for line in lines):
        yield (
            f"report_currency: {code} has no rate: add one to `currency`, such as "
            f"`- {{code: {code}, usd: 1.08, effective_from: 2026-11-01}}`"
        )


def problems(lines: Iterable[Currency]) -> Iterator[str]:
    """Yield what is wrong with `lines`, each with its key and the fix."""
    seen = set[tuple[str, str | None, date | None]]()
    for number, line in enumerate(lines):
        key = f"currency[{number}]"
        place = (line.code, line.host, line.effective_from)
        if place in seen:
            day = f"from {line.effective_from} on" if line.effective_from else "without a day"
            yield f"{key}: {line.code} has another rate {day}: give one of them another effective_from, or remove it"
        seen.add(place)
        if not is_code(line.code) or line.code == USD:
            is_small = is_code(line.code.upper()) and line.code.upper() not in {line.code, USD}
            fix = f"write {line.code.upper()}" if is_small else "write three capital letters, such as CNY"
            what = (
                "the currency that others are worth something in" if line.code == USD else "not the code of a currency"
            )
            yield f"{key}.code: {line.code!r} is {what}: {fix}"
        if not line.usd.is_finite() or not 0 < line.usd <= _MOST or line.usd != round(line.usd, _DECIMALS):
            yield f"{key}.usd: {line.usd} is not the worth of one {line.code} in USD: write a number such as 0.14"
        if line.host is not None and not _HOST.fullmatch(line.host):
            yield f"{key}.host: {line.host!r} is not a host: write api.example.cn or *.example.cn, without a port"
