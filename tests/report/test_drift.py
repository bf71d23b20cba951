"""The drift of the catalogues, as a table and as JSON."""

import json

import pytest
from farebox.report.drift import drift_json, drift_table
from farebox.store.drift import Drift

from tests.support.printing import printed

FOUND = [
    Drift("openrouter", "b", 2, 2_000_000_000, 1_000_000_000, 0),
    Drift("openrouter", "a", 1, 1_000_000_000, 1_060_000_000, 3),
    Drift("xai", None, 0, 0, 0, 1),
]


def test_a_row_per_model_and_a_note_on_calls_without_a_catalogue_price() -> None:
    head, *rows, note = printed(drift_table(FOUND))

    assert head == "provider model calls reported catalogue difference"
    assert rows == [
        "openrouter b 2 $2.00 $1.00 -$1.00 -50.0%",
        "openrouter a 1 $1.00 $1.06 +$0.0600 +6.0%",
        "xai (unknown) 0",
    ]
    assert note == "4 calls that no catalogue can price: not in these sums."


@pytest.mark.parametrize(
    ("reported", "catalogue", "share"),
    [(1_000, 1_000, "0.0%"), (1_000, 1_001, "+0.1%"), (1_000, 999, "-0.1%"), (0, 5, ""), (3, 4, "+33.3%")],
)
def test_the_share_has_a_sign_and_one_decimal(reported: int, catalogue: int, share: str) -> None:
    _, row, note = printed(drift_table([Drift("p", "m", 1, reported, catalogue, 0)]))

    assert row.endswith(share)
    assert ("%" in row) == bool(share)
    assert note == ""


def test_json_has_exact_amounts() -> None:
    body = json.loads(drift_json(FOUND))

    assert body[1] == {
        "provider": "openrouter",
        "model": "a",
        "calls": 1,
        "reported_nanousd": 1_000_000_000,
        "catalogue_nanousd": 1_060_000_000,
        "difference_nanousd": 60_000_000,
        "difference_usd": "0.060000000",
        "without_catalogue_price": 3,
    }
    assert drift_json([]) == b"[]\n"
