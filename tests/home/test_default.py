"""The data folder that nobody names."""

from pathlib import Path

import pytest
from farebox.home.default import default_folder


def test_the_data_folder_is_the_platforms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/srv/data")

    assert default_folder() in {Path("/srv/data/farebox"), Path.home() / "Library/Application Support/farebox"}
