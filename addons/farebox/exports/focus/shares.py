"""What a call consumed, share by share, and what each share costs: exact to the nano-dollar. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from ...pricing.amounts import DURATION, REQUESTS, amounts
from ...pricing.cost import NO_PRICE, NONE, rounded
from ...pricing.paid import is_included
from ...pricing.rate_text import rates_in
from ...pricing.ratecard import price_of
from ...pricing.row import consumptions
from ...records.record import Record

# The meter of a call whose cost is one figure, such as the one that the provider states.
CALL = "calls"
NANO = 1_000_000_000
# What is counted for every call, and billed only if it has a price.
_ALWAYS = frozenset({REQUESTS, DURATION})


@dataclass(frozen=True, slots=True)
class Share:
    """What one call consumed on one `meter`, a token column or unit of the ledger.

    `billable` units are priced at `usd` per `per` units. With `usd` None, the price is unknown. Where the price isn't
    one by the unit, `per` is None, and `billable` is the list price in nano-USD. `nanousd` is what is billed.
    """

    meter: str
    consumed: int
    billable: int = 0
    per: int | None = None
    usd: Decimal | None = None
    nanousd: int | None = None

    @property
    def listed(self) -> Fraction:
        """The list price in nano-USD."""
        return Fraction(self.usd or 0) * NANO * self.billable / (self.per or NANO)


def shares_of(row: Record) -> list[Share]:
    """Return the shares of a call, whose costs add up to the call's; none if nothing billable happened.

    A plan or reserved capacity bills 0. A call whose cost is not the sum of its stored prices is one share.
    """
    if row.cost_status == NONE:
        return []
    billed = 0 if is_included(row) else row.cost_nanousd
    listed = row.catalogue_cost_nanousd
    found = _consumed(row)
    if billed is None or (listed is None and is_included(row)):
        return [replace(one, usd=None, per=None, billable=0) for one in found] or [Share(CALL, 1)]
    if listed is None or row.parts or rounded(*_sum(found).as_integer_ratio()) != listed:
        return [_whole(billed, billed if listed is None else listed)]
    return _billed(found, billed, listed)


def _consumed(row: Record) -> list[Share]:
    """Return the shares of `row` at the prices that the ledger stored with it, not billed yet."""
    asked = consumptions(row)[0]
    found, rates = amounts(asked), rates_in(row.rate_card)
    unpriced = {reason.removeprefix(NO_PRICE) for reason in row.cost_reasons or () if reason.startswith(NO_PRICE)}
    shares = list[Share]()
    for name, amount in found.by_name.items():
        rate = price_of(name, rates)
        if amount <= 0 or (rate is None and name in _ALWAYS):
            continue
        if rate is None:
            # Without a price of its own it is part of another one's, unless the row says that the price is missing.
            usd = None if name in unpriced else Decimal(0)
            shares.append(Share(name, amount, amount, 1, usd))
            continue
        billable = max(amount, rate.minimum)
        shares.append(Share(name, amount, billable, rate.per, rate.at(found.input_tokens)))
    return shares


def _whole(billed: int, listed: int) -> Share:
    return Share(CALL, 1, listed, None, Decimal(1), billed)


def _billed(found: Sequence[Share], billed: int, listed: int) -> list[Share]:
    """Return `found` with `billed` nano-USD divided among them, in proportion to their list prices."""
    known = [one for one in found if one.usd is not None]
    total = _sum(known)
    if not total:
        unknown = [one for one in found if one.usd is None]
        free = [replace(one, nanousd=0) for one in known]
        return [*free, *unknown, *([_whole(billed, listed)] if billed or not free else [])]
    exact = [one.listed * billed / total for one in known]
    whole = _in_whole_numbers(exact, billed)
    done = [replace(one, nanousd=nanousd) for one, nanousd in zip(known, whole, strict=True)]
    return [*map(_decimal, done), *(one for one in found if one.usd is None)]


def _in_whole_numbers(exact: Sequence[Fraction], total: int) -> list[int]:
    """Return `exact` in whole numbers whose sum is `total`: those cut off most get the rest."""
    whole = [one.numerator // one.denominator for one in exact]
    order = sorted(range(len(exact)), key=lambda number: whole[number] - exact[number])
    for number in order[: total - sum(whole)]:
        whole[number] += 1
    return whole


def _decimal(share: Share) -> Share:
    """Return `share`, priced in USD if its quantity, such as a third of an hour, has no exact decimal."""
    per = share.per or 1
    for factor in (2, 5):
        while per % factor == 0:
            per //= factor
    return share if per == 1 else replace(share, billable=round(share.listed), per=None, usd=Decimal(1))


def _sum(shares: Sequence[Share]) -> Fraction:
    return sum((one.listed for one in shares), Fraction())
