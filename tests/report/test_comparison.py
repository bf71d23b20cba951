"""The cost on another model, as a table with its caveats and as JSON."""

import io
import json
from fractions import Fraction

import pytest
from farebox.analysis.tokenizers import Factor
from farebox.analysis.what_if import Comparison, Other, Verdict
from farebox.report.comparison import caveats, comparison_table, comparisons_json, named, ranked
from rich.console import Console

from tests.support.printing import printed

BAND = Factor(Fraction(3, 2), Fraction(2))
CHEAP = Verdict(calls=1, actual=1_000_000_000, there=3_000_000_000)
DEAR = Verdict(calls=2, actual=5_000_000_000, there=4_000_000_000, left_out=1, partial=1, uncertain=2, factor=BAND)
NONE = Verdict(left_out=3)
OTHER = Other("acme", "m", "flex")


def comparison() -> Comparison:
    by_key: dict[tuple[str | None, ...], Verdict] = {("a", "x"): CHEAP, ("a", None): DEAR, ("b", "y"): NONE}
    return Comparison(OTHER, by_key=by_key, reasons={"no_price:pages", "no_price:images"})


@pytest.mark.parametrize(("other", "name"), [(OTHER, "acme/m (flex)"), (Other("acme", "m"), "acme/m")])
def test_a_model_is_named_with_its_provider_and_tier(other: Other, name: str) -> None:
    assert named(other) == name


def test_the_most_expensive_comes_first() -> None:
    assert [key for key, _ in ranked(comparison())] == [("a", None), ("a", "x"), ("b", "y")]


def test_the_table_has_a_row_per_group_and_a_total() -> None:
    title, head, *lines = printed(comparison_table(comparison()))

    assert title == "On acme/m (flex)"
    assert head == "model replaced calls actual there difference by its own count left out"
    assert lines[:4] == [
        "a/(unknown) 2 $5.00 $4.00 -$1.00 ~$6.00 to $8.00 1",
        "a/x 1 $1.00 $3.00 +$2.00",
        "b/y 0 3",
        "total 3 $6.00 $7.00 +$1.00 4",
    ]
    assert lines[5:] == [f"- {caveat}" for caveat in caveats(comparison())]


def test_one_group_needs_no_total_and_other_groups_are_named() -> None:
    found = Comparison(
        OTHER, ("user", "day"), {("ada", None): Verdict(1, 2, 3, factor=Factor(Fraction(1), Fraction(1)))}
    )

    _, head, row, *_ = printed(comparison_table(found))

    assert head.startswith("user, day calls")
    assert row == "ada/(unknown) 1 $0.000000002 $0.000000003 +$0.000000001 ~$0.000000003"


def test_caveats_name_what_the_figures_leave_out() -> None:
    first, *more = caveats(comparison())

    assert first.startswith("Token counts are those of the models that answered")
    assert more == [
        '"by its own count" scales the cost by a token ratio measured on English text and code.',
        "Another model writes and reasons at a different length, and caches different parts.",
        "4 calls left out of both sums: one of the two prices is unknown.",
        "1 call with parts that have no price there: a lower bound.",
        "2 calls with an actual cost that is a lower bound or an estimate.",
        "No price there for: no_price:images, no_price:pages.",
    ]


def test_figures_that_leave_nothing_out_have_two_caveats() -> None:
    assert len(list(caveats(Comparison(OTHER, by_key={("a", "x"): CHEAP})))) == 2


def test_json_has_exact_amounts() -> None:
    [body] = json.loads(comparisons_json([comparison()]))

    assert (body["provider"], body["model"], body["service_tier"]) == ("acme", "m", "flex")
    assert body["rows"][0] == {
        "provider": "a",
        "model": None,
        "calls": 2,
        "left_out": 1,
        "partial": 1,
        "uncertain": 2,
        "actual_nanousd": 5_000_000_000,
        "there_nanousd": 4_000_000_000,
        "difference_nanousd": -1_000_000_000,
        "difference_usd": "-1.000000000",
        "token_factor": [1.5, 2.0],
    }
    assert (body["total"]["calls"], body["total"]["token_factor"]) == (3, None)
    assert body["caveats"] == list(caveats(comparison()))


@pytest.mark.parametrize("width", [60, 80, 100])
def test_amounts_are_whole_at_any_width(width: int) -> None:
    key = ("anthropic", "claude-sonnet-4-5-20250929-with-a-long-name")
    text = io.StringIO()

    Console(file=text, width=width).print(comparison_table(Comparison(OTHER, by_key={key: DEAR}), width))

    lines = text.getvalue().splitlines()
    assert {"$5.00", "$4.00"} < set(lines[2].split() + lines[3].split())
    assert all(len(line) <= width for line in lines)
    assert ("by its own count" in lines[1]) is (width >= 80)
    assert any("by its own count" in line for line in lines[3:]) is (width >= 80)
