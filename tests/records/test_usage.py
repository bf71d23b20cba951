"""Token counts: what is not told is not zero."""

import pytest
from farebox.records.usage import Part, Usage, both, summed, total, with_units


@pytest.mark.parametrize(
    ("parts", "expected"),
    [((), None), ((None,), None), ((None, None), None), ((0,), 0), ((None, 0), 0), ((1, None, 2), 3), ((0, 0), 0)],
)
def test_a_total_of_nothing_known_is_unknown(parts: tuple[int | None, ...], expected: int | None) -> None:
    assert total(*parts) == expected


@pytest.mark.parametrize(
    ("usage", "is_reported", "is_complete"),
    [
        pytest.param(Usage(), False, False, id="nothing"),
        pytest.param(Usage(input_tokens=0, output_tokens=0), True, True, id="zeros"),
        pytest.param(Usage(input_tokens=5, output_tokens=1), True, True, id="both totals"),
        pytest.param(Usage(input_tokens=5), True, False, id="input only"),
        pytest.param(Usage(output_tokens=5), True, False, id="output only"),
        pytest.param(Usage(reasoning_tokens=0), True, False, id="a part only"),
        pytest.param(Usage(units={"images": 1}), True, True, id="units only"),
        pytest.param(Usage(input_tokens=5, units={"images": 1}), True, False, id="input and units"),
        pytest.param(Usage(input_tokens=5, output_tokens=1, units={"images": 1}), True, True, id="all"),
    ],
)
def test_usage_knows_what_it_knows(usage: Usage, is_reported: bool, is_complete: bool) -> None:
    assert usage.is_reported is is_reported
    assert usage.is_complete is is_complete


@pytest.mark.parametrize(
    ("usages", "expected"),
    [
        ([], Usage()),
        ([Usage(input_tokens=1), Usage(output_tokens=2)], Usage(input_tokens=1, output_tokens=2)),
        (
            [Usage(input_tokens=1, cache_read_tokens=0), Usage(input_tokens=4, reasoning_tokens=3)],
            Usage(input_tokens=5, cache_read_tokens=0, reasoning_tokens=3),
        ),
        (
            [Usage(units={"images": 1}), Usage(units={"images": 2, "pages": 1}), Usage(input_tokens=3)],
            Usage(input_tokens=3, units={"images": 3, "pages": 1}),
        ),
    ],
    ids=["none", "different fields", "same fields", "units"],
)
def test_a_sum_leaves_what_none_reports_unknown(usages: list[Usage], expected: Usage) -> None:
    assert summed(iter(usages)) == expected


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ([(None, None), (None, None)], (None, None)),
        ([(5, 9), (None, None)], (5, 9)),
        ([(5, 9), (2, 3)], (2, 9)),
        ([(None, 4), (6, None)], (4, 6)),
    ],
    ids=["unknown", "of one", "of both", "one end each"],
)
def test_two_shares_have_the_lengths_of_both(
    lengths: list[tuple[int | None, int | None]], expected: tuple[int | None, int | None]
) -> None:
    one, other = (
        Part(Usage(input_tokens=7), "m", "flex", {"speed": "fast"}, calls, shortest_input=short, longest_input=long)
        for calls, (short, long) in enumerate(lengths, 2)
    )

    assert both(one, other) == Part(
        Usage(input_tokens=14), "m", "flex", {"speed": "fast"}, 5, shortest_input=expected[0], longest_input=expected[1]
    )


def test_units_of_others_stand_beside_the_own_ones_which_go_before() -> None:
    usage = Usage(input_tokens=5, units={"images": 0, "pages": 2})

    assert with_units(usage, {"images": 3, "searches": 1}) == Usage(input_tokens=5, units={"pages": 2, "searches": 1})
    assert with_units(Usage(output_tokens=1), {"searches": 1}) == Usage(output_tokens=1, units={"searches": 1})
    assert with_units(Usage(output_tokens=1), None) == Usage(output_tokens=1)
