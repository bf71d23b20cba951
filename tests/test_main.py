"""The command line imports what a command needs, and no more."""

import subprocess
import sys

from .sidecar import clean_environment

SCRIPT = """
import sys
from farebox.cli.main import main

sys.argv = ["farebox", "--version"]
try:
    main()
finally:
    print([name for name in ("mitmproxy", "sqlalchemy", "genai_prices", "msgspec") if name in sys.modules])
"""


def test_the_version_is_printed_without_importing_a_command() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    version, imported = done.stdout.splitlines()
    assert version.startswith("farebox ")
    assert imported == "[]"
