"""The manual page has every command, and the file that is shipped is the one that `farebox man` prints."""

import shutil
import subprocess

import pytest
from farebox.cli import main
from farebox.cli.man import page
from typer.main import get_command

from tests.support.paths import ROOT

PAGE = page(get_command(main.app()))
FILE = ROOT / "docs" / "farebox.1"


def test_the_page_that_is_shipped_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == PAGE, "run `make man`"


@pytest.mark.parametrize("name", main.COMMANDS)
def test_a_command_has_a_section(name: str) -> None:
    assert f"\n.SS farebox {name}".replace("-", "\\-") in PAGE


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_groff_finds_nothing_to_complain_about() -> None:
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", str(FILE)], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stderr == ""
