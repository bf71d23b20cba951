"""Sum up the shares of a batch as far as they have one price. The steps of a price come from the catalogues."""

from collections.abc import Hashable
from functools import reduce

import msgspec

from ..records.record import Record
from ..records.usage import Part, both
from .consumption import Consumption
from .pricer import Pricer
from .row import consumptions, parts_of


def with_summed_parts(row: Record, pricer: Pricer) -> Record:
    """Return `row` with the parts that have one price at `pricer` summed up."""
    if not row.parts or len(row.parts) == 1:
        return row
    groups: dict[Hashable, list[Part]] = {}
    for number, (part, consumed) in enumerate(zip(parts_of(row), consumptions(row), strict=True)):
        groups.setdefault(_price_of(part, consumed, pricer, number), []).append(part)
    return msgspec.structs.replace(row, parts=msgspec.to_builtins([reduce(both, group) for group in groups.values()]))


def _price_of(part: Part, one: Consumption, pricer: Pricer, number: int) -> Hashable:
    """Return what two shares at one price have in common; a share of unknown length stays alone."""
    if part.longest_input is None:
        return number
    card = pricer.card(one)
    context = tuple(sorted((part.price_context or {}).items()))
    return (part.model, part.service_tier, context, card and card.band_of(part.longest_input))
