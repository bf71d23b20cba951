"""The bill that a recorder leaves for the process that prints it."""

from pathlib import Path

import pytest
from farebox.errors import FareboxError
from farebox.spool.telemetry import ClientDiagnostics
from farebox.store.run_bill import Bill, leave, left_in
from farebox.store.sums import Doubt, Group, Sums

SUMS = Sums(2, 1, 0, 0, 1_200, 1_200, 900, 300, 8_000_000, 800, 1_900)
BILL = Bill([Group(("openai", None), SUMS)], SUMS, [Doubt("openai", None, "partial", ("cut",), 1)])
CLIENTS = ClientDiagnostics(connections=3, passed={"example.com": 1})


def test_a_bill_comes_back_as_it_was_left(tmp_path: Path) -> None:
    leave(tmp_path, BILL, CLIENTS)

    assert left_in(tmp_path) == (BILL, CLIENTS)


@pytest.mark.parametrize("left", ["ledger x is unavailable", None])
def test_without_a_bill_the_reason_is_told(tmp_path: Path, left: str | None) -> None:
    if left:
        leave(tmp_path, left, CLIENTS)

    with pytest.raises(FareboxError, match=left or "did not end in time"):
        left_in(tmp_path)
