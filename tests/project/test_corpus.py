"""The meter against recorded exchanges and their oracle, which lie outside the project."""

from pathlib import Path

import pytest

from tests import corpus

EXCHANGES = 2911


def test_recorded_exchanges_are_read_as_their_oracle_says() -> None:
    shared = corpus.folder()
    if shared is None:
        pytest.skip("FAREBOX_SHARED is not set: no recorded exchanges to read")

    rows, differences, misclaimed = corpus.table(shared)

    number = sum(row[2] for row in rows)
    print(f"{number} exchanges of {len(rows)} hosts, {len(misclaimed)} misclaimed, {len(differences)} differences")
    assert misclaimed == []
    assert differences == []
    assert number == EXCHANGES


def test_a_missing_corpus_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that is named and is not there must not pass for an empty one."""
    monkeypatch.setenv("FAREBOX_SHARED", str(tmp_path))
    shared = corpus.folder()
    assert shared is not None

    with pytest.raises(FileNotFoundError):
        corpus.table(shared)
