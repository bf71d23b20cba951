"""The changes of `reprice` as a table and as JSON: the largest first, amounts exact."""

import json

import pytest
from farebox.analysis.reprice import Change, Changes
from farebox.report.changes import changes_json, changes_table, ranked, signed_usd

from tests.support.printing import printed

CHANGES = Changes(
    seen=1_200,
    by_key={
        ("openai", "gpt-4o", "priced", "priced"): Change(3, 5_000_000_000, 4_000_000_000),
        ("groq", "house", "unpriced", "priced"): Change(2, None, 2_000_000_000),
        ("groq", None, "priced", "unpriced"): Change(4, 1_000_000_000, None),
    },
)


def test_the_largest_difference_comes_first_then_more_calls() -> None:
    assert [key[:2] for key, _ in ranked(CHANGES)] == [("groq", "house"), ("groq", None), ("openai", "gpt-4o")]


@pytest.mark.parametrize(
    ("nanousd", "text"), [(1_500_000_000, "+$1.50"), (0, "$0"), (-1_500_000_000, "-$1.50"), (1, "+$0.000000001")]
)
def test_a_difference_has_its_sign(nanousd: int, text: str) -> None:
    assert signed_usd(nanousd) == text


def test_the_table_has_a_row_per_change_and_a_total() -> None:
    head, *rows, total, _, summary = printed(changes_table(CHANGES, dry=False))

    assert head == "provider model cost status calls before after difference"
    assert rows == [
        "groq house unpriced → priced 2 ? $2.00 +$2.00",
        "groq (unknown) priced → unpriced 4 $1.00 ? -$1.00",
        "openai gpt-4o priced 3 $5.00 $4.00 -$1.00",
    ]
    assert total == "total 9 $6.00 $6.00 $0"
    assert summary == "9 calls of 1,200 got a new price; `farebox show ID` prints the earlier ones."


def test_one_change_needs_no_total() -> None:
    one = Changes(seen=1, by_key={("a", "m", "priced", "priced"): Change(1, 1_000_000_000, 2_000_000_000)})

    lines = printed(changes_table(one, dry=True))

    assert [line for line in lines if line.startswith("total")] == []
    assert lines[-1] == (
        "1 call of 1 would get a new price; nothing was written. Run again without --dry-run to write."
    )


@pytest.mark.parametrize(
    ("seen", "line"),
    [
        (0, "No such calls."),
        (1, "1 call checked: nothing to change."),
        (1_001, "1,001 calls checked: nothing to change."),
    ],
)
def test_without_a_change_there_is_one_sentence(seen: int, line: str) -> None:
    assert printed(changes_table(Changes(seen=seen), dry=False)) == [line]


@pytest.mark.parametrize("dry", [True, False])
def test_json_has_exact_amounts_and_null_for_unknown(*, dry: bool) -> None:
    body = json.loads(changes_json(CHANGES, dry=dry))

    assert (body["dry_run"], body["seen"]) == (dry, 1_200)
    assert body["rows"][0] == {
        "provider": "groq",
        "model": "house",
        "status_before": "unpriced",
        "status_after": "priced",
        "calls": 2,
        "before_nanousd": None,
        "after_nanousd": 2_000_000_000,
        "difference_nanousd": 2_000_000_000,
        "difference_usd": "2.000000000",
    }
    assert body["total"]["difference_usd"] == "0.000000000"
    assert changes_json(CHANGES, dry=dry).endswith(b"}\n")
