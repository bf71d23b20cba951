"""Writes the calls of the ledger as FOCUS's dataset CostAndUsage."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import BinaryIO

from ...pricing.paid import is_included
from ...records.record import Record
from ...report.currency import ReportCurrency
from ...report.figures import plural
from .charges import charges_of, month_of
from .columns import Version, columns_of
from .files import ChargeFile, CsvCharges, ParquetCharges
from .rows import IN_USD, Billing, Row, purchase_row, usage_row

# What each plan costs in the month between two moments.
PlanPrices = Callable[[datetime, datetime], Mapping[str, Decimal]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What to write: a version of FOCUS, what plans cost, and whether charges of unknown cost are written too.

    The costs are in `currency`, in USD if it is None; the file is CSV, or Parquet.
    """

    version: Version = Version.V1_2
    plan_prices: PlanPrices = lambda _start, _end: {}
    writes_unknown: bool = False
    currency: ReportCurrency | None = None
    is_parquet: bool = False

    def billing(self, moment: datetime) -> Billing:
        """Return the currency of charges that begin at `moment`, with its rate of that day."""
        return IN_USD if self.currency is None else Billing(self.currency.code, self.currency.rate_at(moment))


@dataclass(slots=True)
class Told:
    """What a person must know about a file: calls and charges of unknown cost, and calls whose cost is uncertain.

    `unconverted_charges` have a cost in USD, and no rate on their day.
    """

    unknown_calls: int = 0
    unknown_charges: int = 0
    unconverted_charges: int = 0
    uncertain_calls: int = 0


def write(out: BinaryIO, rows: Iterable[Record], asked: Asked) -> Told:
    """Write the charges of `rows`, which come in the order of their start, and return what a person must know.

    A plan with a price is a purchase in each month of its calls.
    """
    kind = ParquetCharges if asked.is_parquet else CsvCharges
    file, told = kind(out, columns_of(asked.version)), Told()
    bought = dict[tuple[datetime, str, str], None]()
    for charge in charges_of(_seen(rows, told, bought)):
        row = usage_row(charge, asked.billing(charge.key.hour))
        told.unknown_charges += charge.nanousd is None
        told.unconverted_charges += charge.nanousd is not None and row["BilledCost"] is None
        _put(file, row, asked)
    for (month, plan, provider), usd in _purchases(bought, asked.plan_prices):
        row = purchase_row(plan, provider, month, usd, asked.billing(month))
        told.unconverted_charges += row["BilledCost"] is None
        _put(file, row, asked)
    file.close()
    return told


def _put(file: ChargeFile, row: Row, asked: Asked) -> None:
    if asked.writes_unknown or row["BilledCost"] is not None:
        file.write(row)


def notes(told: Told, asked: Asked) -> Iterator[str]:
    """Yield what a person must know about a file, as sentences."""
    if told.unknown_charges:
        calls = plural(told.unknown_calls, "call")
        yield _left(f"{plural(told.unknown_charges, 'charge')} of unknown cost ({calls} unpriced)", asked)
    if told.unconverted_charges and asked.currency:
        charges = plural(told.unconverted_charges, "charge")
        yield _left(f"{charges} from before the first rate of {asked.currency.code}", asked)
    if told.uncertain_calls:
        yield f"{plural(told.uncertain_calls, 'call')} with a cost that is a lower bound or an estimate (x_CostStatus)"


def _left(charges: str, asked: Asked) -> str:
    if asked.writes_unknown:
        return f"{charges}: written with empty costs, which FOCUS does not allow"
    return f"{charges}: not in the file, as FOCUS requires a cost; --unknown-costs writes them with empty costs"


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
