"""The table names each cause and the sums; JSON has every line, exact."""

import json

from farebox.librechat.reconciliation import reconcile
from farebox.librechat.transactions import transactions
from farebox.report.reconciliation import reconciliation_json, reconciliation_table

from tests.support import librechat_books as books
from tests.support.printing import printed

LINES = [json.dumps(one) for index, case in enumerate(books.CASES) for one in books.transactions(case, index)]
FOUND = reconcile(list(transactions(LINES, "export")), [books.as_call(row) for row in books.rows()])


def test_the_table_has_a_row_per_cause_and_the_sums() -> None:
    text = "\n".join(printed(reconciliation_table(FOUND)))

    assert "cached tokens booked twice" in text
    assert f"({books.DIFFERENCE} USD)" in text
    assert "8 bookings matched by conversation, model and time." in text


def test_json_is_exact() -> None:
    found = json.loads(reconciliation_json(FOUND))

    assert found["difference_nanousd"] == found["booked_nanousd"] - found["billed_nanousd"]
    assert sum(one["difference_nanousd"] for one in found["causes"]) == found["difference_nanousd"]
    assert [one["causes"] for one in found["lines"]] == [case.causes for case in books.CASES]
    assert found["lines"][-1]["call"] is None
