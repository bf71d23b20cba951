"""An export of LibreChat against the ledger: each error is found and named, and the sums agree to the nano-dollar."""

import json

import pytest
from farebox.librechat.reconciliation import Reconciliation, reconcile
from farebox.librechat.transactions import transactions

from tests.support import librechat_books as books


def compared(*cases: books.Case) -> Reconciliation:
    """Reconcile these cases, or all."""
    chosen = cases or books.CASES
    lines = [json.dumps(one) for case in chosen for one in books.transactions(case, books.CASES.index(case))]
    calls = [books.as_call(books.row(case, books.CASES.index(case))) for case in chosen if case.name != "unseen"]
    return reconcile(list(transactions(lines, "export")), calls)


@pytest.mark.parametrize("case", books.CASES, ids=lambda case: case.name)
def test_each_error_is_found_and_named_to_the_nano_dollar(case: books.Case) -> None:
    [line] = compared(case).lines

    assert dict(line.causes) == case.causes
    assert line.difference == sum(case.causes.values())


def test_the_causes_add_up_to_the_difference_of_the_sums() -> None:
    found = compared()

    assert len(found.lines) == len(books.CASES)
    assert found.booked == sum(round(1000 * sum(case.credits)) for case in books.CASES)
    assert found.billed == sum(row.cost_nanousd or 0 for row in books.rows())
    assert found.difference == found.booked - found.billed == sum(amount for _, _, amount in found.by_cause)
    assert found.by_cause == sorted(found.by_cause, key=lambda one: -abs(one[2]))


def test_a_call_that_was_not_booked_is_a_difference_too() -> None:
    case = books.CASES[0]
    lines = [json.dumps(one) for one in books.transactions(case, 0)]
    calls = [books.as_call(books.row(case, 0)), books.as_call(books.row(case, 0, purpose="summary"))]

    found = reconcile(list(transactions(lines, "export")), calls)

    assert found.by_cause == [("billed, but not booked", 1, -10_350), ("cached tokens booked twice", 1, 1_200)]


def test_a_call_without_a_price_is_not_compared() -> None:
    case = books.CASES[0]._replace(model="made-up-model")
    lines = [json.dumps(one) for one in books.transactions(case, 0)]

    found = reconcile(list(transactions(lines, "export")), [books.as_call(books.row(case, 0))])

    assert (found.booked, found.billed, len(found.unpriced)) == (0, 0, 1)
    assert found.by_basis == [("conversation, model and time", 1)]
