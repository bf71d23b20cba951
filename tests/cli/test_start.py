"""`farebox --version` is printed without the command line; anything else runs it."""

import subprocess
import sys

import pytest
from farebox import __version__
from farebox.cli import main, start

from tests.support.sidecar import clean_environment

_VERSION = """
import sys
before = set(sys.modules)
sys.argv = ["farebox", "--version"]
from farebox.cli.start import main
main()
print(*sorted(set(sys.modules) - before))
"""


def test_the_version_needs_no_module_but_its_own() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _VERSION],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    version, modules = done.stdout.splitlines()
    assert version == f"farebox {__version__}"
    assert {name for name in modules.split() if name.startswith("farebox.")} == {"farebox.cli", "farebox.cli.start"}


def test_other_arguments_run_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(sys, "argv", ["farebox", "report", "--version"])
    monkeypatch.setattr(main, "main", lambda: ran.append(sys.argv[1:]))

    start.main()

    assert ran == [["report", "--version"]]
