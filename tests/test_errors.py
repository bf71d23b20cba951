"""Errors and whose fault they are."""

import pytest
from farebox.errors import FareboxError, LedgerAwayError, LedgerError, ReadOnlyError, SettingsError, WireError


@pytest.mark.parametrize("kind", [SettingsError, LedgerError, LedgerAwayError, ReadOnlyError, WireError])
def test_the_command_line_prints_every_error_of_ours(kind: type[Exception]) -> None:
    assert issubclass(kind, FareboxError)


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (LedgerAwayError("ledger x is unavailable (locked)", "locked"), "locked"),
        (LedgerAwayError("ledger x is unavailable"), "ledger x is unavailable"),
        (ReadOnlyError("ledger x cannot be written", "read-only"), "read-only"),
    ],
)
def test_an_unavailable_ledger_names_its_trouble(error: LedgerAwayError, trouble: str) -> None:
    assert error.trouble == trouble


def test_a_ledger_that_is_read_only_is_away_for_who_writes() -> None:
    assert issubclass(ReadOnlyError, LedgerAwayError)
