"""Calls of a batch, summed up as far as they are at one price."""

from collections.abc import Hashable, Iterable, Mapping
from functools import reduce

from farebox.dialects._shares import added, numbered
from farebox.records.usage import Part, Usage, summed
from hypothesis import given
from hypothesis import strategies as st

CALLS = st.builds(
    Part,
    usage=st.builds(Usage, input_tokens=st.integers(0, 600_000), output_tokens=st.none() | st.integers(0, 1000)),
    model=st.sampled_from(["a", "b", None]),
    price_context=st.none() | st.just({"inference_geo": "us"}),
)


def shares_of(calls: Iterable[Part]) -> list[Part]:
    nothing: Mapping[Hashable, Part] = {}
    return list(reduce(added, calls, nothing).values())


@given(st.lists(CALLS, max_size=30))
def test_the_shares_have_all_that_the_calls_have(calls: list[Part]) -> None:
    shares = shares_of(calls)

    assert summed(share.usage for share in shares) == summed(call.usage for call in calls)
    assert sum(share.calls for share in shares) == len(calls)
    assert all((share.shortest_input or 0) <= (share.longest_input or 0) for share in shares)


@given(
    st.lists(st.integers(0, 600_000), min_size=1, max_size=30),
    st.integers(1, 600).map(lambda thousands: thousands * 1_000),
)
def test_no_share_has_calls_on_both_sides_of_a_step(lengths: list[int], step: int) -> None:
    shares = shares_of(Part(Usage(input_tokens=length)) for length in lengths)

    above = sum(share.calls for share in shares if (share.longest_input or 0) > step)
    assert above == sum(length > step for length in lengths)


def test_a_call_without_a_model_has_that_of_the_answer() -> None:
    shares = added({}, Part(Usage(input_tokens=1)), "served", {"inference_geo": "us", "speed": "standard"})

    assert list(shares.values()) == [
        Part(Usage(input_tokens=1), "served", price_context={"inference_geo": "us"}, longest_input=1)
    ]


def test_sizes_without_end_share_one_part_that_tells_its_range() -> None:
    shares = shares_of(Part(Usage(input_tokens=1_000 * number), "m") for number in range(1, 221))

    assert len(shares) == 201
    assert (shares[-1].calls, shares[-1].shortest_input, shares[-1].longest_input) == (20, 201_000, 220_000)


def test_models_without_end_are_counted() -> None:
    calls = (Part(Usage(input_tokens=1), f"model-{number}") for number in range(260))

    *kept, rest = shares_of(calls)

    assert [share.model for share in kept] == [f"model-{number}" for number in range(250)]
    assert (rest.usage, rest.calls) == (Usage(units={"further_calls": 10}), 10)


def test_parts_can_stand_as_they_are() -> None:
    same = Part(Usage(output_tokens=1), "m")

    assert list(numbered(same, same).values()) == [same, same]
