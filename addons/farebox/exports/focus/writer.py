"""Writes the calls of the ledger as FOCUS's dataset CostAndUsage, in CSV."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO

from ...pricing.paid import is_included
from ...records.clean import spreadsheet_cell
from ...records.record import Record
from ...report.figures import plural
from .charges import charges_of, month_of
from .columns import Column, Version, columns_of
from .rows import Row, purchase_row, usage_row

# What each plan costs in the month between two moments.
PlanPrices = Callable[[datetime, datetime], Mapping[str, Decimal]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What to write: a version of FOCUS, what plans cost, and whether charges of unknown cost are written too."""

    version: Version = Version.V1_2
    plan_prices: PlanPrices = lambda _start, _end: {}
    writes_unknown: bool = False


@dataclass(slots=True)
class Told:
    """What a person must know about a file: calls and charges of unknown cost, and calls whose cost is uncertain."""

    unknown_calls: int = 0
    unknown_charges: int = 0
    uncertain_calls: int = 0


def write(out: BinaryIO, rows: Iterable[Record], asked: Asked) -> Told:
    """Write the charges of `rows`, which come in the order of their start, and return what a person must know.

    A plan with a price is a purchase in each month of its calls.
    """
    columns = columns_of(asked.version)
    told, bought = Told(), dict[tuple[datetime, str, str], None]()
    _put(out, [[one.name for one in columns]])
    for charge in charges_of(_seen(rows, told, bought)):
        is_unknown = charge.nanousd is None
        told.unknown_charges += is_unknown
        if asked.writes_unknown or not is_unknown:
            _put(out, [_cells(usage_row(charge), columns)])
    for (month, plan, provider), usd in _purchases(bought, asked.plan_prices):
        _put(out, [_cells(purchase_row(plan, provider, month, usd), columns)])
    return told


def notes(told: Told, asked: Asked) -> Iterator[str]:
    """Yield what a person must know about a file, as sentences."""
    if told.unknown_charges:
        what = (
            f"{plural(told.unknown_charges, 'charge')} of unknown cost ({plural(told.unknown_calls, 'call')} unpriced)"
        )
        if asked.writes_unknown:
            yield f"{what}: written with empty costs, which FOCUS does not allow"
        else:
            yield f"{what}: not in the file, as FOCUS requires a cost; --unknown-costs writes them with empty costs"
    if told.uncertain_calls:
        yield f"{plural(told.uncertain_calls, 'call')} with a cost that is a lower bound or an estimate (x_CostStatus)"


def _seen(rows: Iterable[Record], told: Told, bought: dict[tuple[datetime, str, str], None]) -> Iterator[Record]:
    """Yield `rows`, and note what a person must know and which plans they used."""
    for row in rows:
        if row.is_call and is_included(row) and row.plan:
            bought[month_of(row.started_at)[0], row.plan, row.provider] = None
        told.unknown_calls += row.is_call and (
            row.cost_status == "unpriced" or (is_included(row) and row.catalogue_cost_nanousd is None)
        )
        told.uncertain_calls += row.cost_status in {"partial", "estimated"}
        yield row


def _purchases(
    bought: Iterable[tuple[datetime, str, str]], plan_prices: PlanPrices
) -> Iterator[tuple[tuple[datetime, str, str], Decimal]]:
    """Yield the plans that were used in each month and have a price; one that several providers' calls used once."""
    done = set[tuple[datetime, str]]()
    for month, plan, provider in bought:
        usd = plan_prices(*month_of(month)).get(plan)
        if usd is not None and (month, plan) not in done:
            done.add((month, plan))
            yield (month, plan, provider), usd


def _cells(row: Row, columns: Iterable[Column]) -> list[Any]:
    return [_cell(row.get(one.name)) for one in columns]


def _cell(value: Any) -> str | None:
    match value:
        case Decimal():
            # Readers that guess types from the text take a number without a point for an integer.
            text = f"{value:f}"
            return text if "." in text else f"{text}.0"
        case datetime():
            return f"{value:%Y-%m-%dT%H:%M:%SZ}"
        case str():
            return spreadsheet_cell(value)
    return None


def _put(out: BinaryIO, lines: Iterable[Iterable[str | None]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    out.write(text.getvalue().encode())
