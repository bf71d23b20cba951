"""Sums of spend by name, kept up to date."""

from datetime import UTC, datetime, timedelta

from farebox.sinks.spend_totals import ALL, Names, RunningTotals, Unit, top
from hypothesis import given
from hypothesis import strategies as st

AT = datetime(2026, 10, 25, tzinfo=UTC)
NAME = st.none() | st.sampled_from("abc")
SPENT = st.lists(st.tuples(st.tuples(NAME, NAME), st.integers(0, 9), st.integers(1, 3)), min_size=1, max_size=4)


@given(steps=st.lists(st.dictionaries(st.integers(0, 5), SPENT), max_size=5))
def test_totals_are_the_sums_of_the_units_there_are(
    steps: list[dict[int, list[tuple[tuple[str | None, str | None], int, int]]]],
) -> None:
    names, totals = Names(2), RunningTotals()
    for step in steps:
        units = {AT + timedelta(hours=hour): names.unit(spent) for hour, spent in step.items()}

        totals.update(units)

        fresh = RunningTotals()
        fresh.update(units)
        assert dict(totals.items()) == dict(fresh.items())
        assert totals[ALL] == sum(nanousd for spent in step.values() for _, nanousd, _ in spent)


def test_a_unit_has_all_spend_and_that_of_each_name() -> None:
    names = Names(2)

    unit = names.unit([(("openai", None), 5, 1), (("openai", "ann"), 7, 2)])

    assert unit.total == (12, 3)
    named = {names.names[id_]: (nanousd, known) for id_, nanousd, known in zip(*unit, strict=True)}
    assert named == {(-1, None): (12, 3), (0, "openai"): (12, 3), (1, None): (5, 1), (1, "ann"): (7, 2)}


def test_a_name_that_spends_nothing_is_there_and_one_without_calls_is_not() -> None:
    names, totals = Names(1), RunningTotals()
    free: Unit = names.unit([(("local",), 0, 1)])

    totals.update({AT: free})
    assert dict(totals.items()) == {ALL: 0, 1: 0}

    totals.update({})
    assert dict(totals.items()) == {}


def test_names_beyond_the_largest_are_other_and_labels_are_unique() -> None:
    totals = [("a", 5), ("b", 9), (None, 100), ("c", 1), ("other", 7), ("(unknown)", 8)]

    assert top(totals, 3) == {"b": 9, "(unknown)": 108, "other": 13}
    assert top(totals, 0) == {"(unknown)": 100, "other": 30}
    assert top([], 3) == {}
