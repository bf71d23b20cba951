"""The URL of the ledger."""

from pathlib import Path

import pytest
from farebox.config.ledger_url import ledger_url


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("", "sqlite:////home/ann/ledger.db"),
        ("mine.db", "sqlite:////data/mine.db"),
        ("/srv/x.db", "sqlite:////srv/x.db"),
        ("sqlite:///x.db", "sqlite:///x.db"),
        ("postgresql://me@db/f", "postgresql://me@db/f"),
    ],
)
def test_a_file_is_a_ledger_too(given: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "absolute", lambda path: Path("/data") / path)

    assert ledger_url(given, Path("/home/ann")) == expected


def test_the_url_can_be_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "ledger").write_text("postgresql://u:secret@db/x\n")

    assert ledger_url(f"@{tmp_path / 'ledger'}", tmp_path) == "postgresql://u:secret@db/x"
