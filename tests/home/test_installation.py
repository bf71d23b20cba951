"""The command that adds an extra fits the way in which farebox was installed."""

from pathlib import Path

import pytest
from farebox.home.installation import extra_command


@pytest.mark.parametrize(
    ("file", "content", "command"),
    [
        ("uv-receipt.toml", "", "uv tool install 'farebox[parquet]'"),
        ("pipx_metadata.json", "{}", "pipx install --force 'farebox[parquet]'"),
        ("pyvenv.cfg", "home = /usr/bin\nuv = 0.9.1\n", "uv pip install 'farebox[parquet]'"),
        ("pyvenv.cfg", "home = /usr/bin\n", "pip install 'farebox[parquet]'"),
        ("other", "", "pip install 'farebox[parquet]'"),
    ],
)
def test_an_extra_is_added_as_farebox_was_installed(file: str, content: str, command: str, tmp_path: Path) -> None:
    (tmp_path / file).write_text(content, encoding="utf-8")

    assert extra_command("parquet", tmp_path) == command
