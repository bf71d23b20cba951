"""Calls of a batch are summed up as far as they have one price."""

from decimal import Decimal

import msgspec
from farebox.pricing.bands import with_summed_parts
from farebox.pricing.consumption import Consumption
from farebox.pricing.pricer import Pricer
from farebox.pricing.rate import Rate
from farebox.pricing.ratecard import RateCard
from farebox.pricing.row import priced
from farebox.records.record import Record
from farebox.records.usage import Part, Usage
from hypothesis import given
from hypothesis import strategies as st

from tests.support.samples import record


class PriceList:
    """A source whose only price doubles above `step` input tokens."""

    name, version = "list", "1"

    def __init__(self, step: int) -> None:
        self._card = RateCard("m", "list", "1", {"input_tokens": Rate(Decimal(1), steps=((step, Decimal(2)),))})

    def card(self, asked: Consumption) -> RateCard | None:
        return self._card if "m" in asked.models else None

    def knows_provider(self, provider: str) -> bool:
        return True

    def knows(self, provider: str, model: str | None) -> bool:
        return model == "m"


def batch(*lengths: int) -> Record:
    parts = [Part(Usage(input_tokens=length), "m", longest_input=length) for length in lengths]
    return record(model_returned="m", input_tokens=sum(lengths), parts=msgspec.to_builtins(parts))


@given(st.lists(st.integers(1, 300_000), min_size=1, max_size=20), st.integers(1, 300).map(lambda step: step * 1_000))
def test_each_call_is_priced_by_its_own_length(lengths: list[int], step: int) -> None:
    pricer = Pricer([PriceList(step)])

    row = priced(with_summed_parts(batch(*lengths), pricer), pricer)

    assert row.cost_nanousd == sum(length * (2_000 if length > step else 1_000) for length in lengths)
    assert (row.cost_status, row.cost_reasons) == ("priced", None)
    assert len(row.parts or []) == len({length > step for length in lengths})


def test_other_prices_later_that_step_within_a_sum_make_it_partial() -> None:
    row = with_summed_parts(batch(40_000, 80_000), Pricer([PriceList(100_000)]))

    later = priced(row, Pricer([PriceList(50_000)]))

    assert (later.cost_nanousd, later.cost_reasons) == (120_000_000, ["long_context_not_told"])


def test_parts_of_unknown_length_stay_apart() -> None:
    parts = msgspec.to_builtins([Part(Usage(input_tokens=5), "m"), Part(Usage(input_tokens=5), "m")])
    row = record(model_returned="m", parts=parts)

    assert with_summed_parts(row, Pricer([PriceList(1_000)])).parts == parts
