"""The headers that state a caller are none that hold credentials, and each states one column."""

from collections import Counter

from farebox.attribution.sources import COLUMNS, HEADERS, IDS
from farebox.config.credential_headers import credential_word
from farebox.records.columns import NAMES

ENTRIES = [entry for entries in HEADERS.values() for entry in entries]


def test_every_source_fills_a_column_of_the_ledger() -> None:
    assert set(HEADERS) == set(COLUMNS)
    assert set(COLUMNS) <= set(NAMES)
    assert set(COLUMNS) >= IDS


def test_no_header_states_two_columns() -> None:
    assert [entry for entry, number in Counter(ENTRIES).items() if number > 1] == []


def test_no_header_holds_credentials() -> None:
    assert [entry for entry in ENTRIES if credential_word(entry.partition(".")[0])] == []
    assert [entry for entry in ENTRIES if entry != entry.lower()] == []
