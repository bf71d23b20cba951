"""A process ends at once, with its output and its exit code."""

import subprocess
import sys

from tests.support.sidecar import clean_environment

_ENDING = """
import atexit, logging, sys, threading
from farebox.process.ending import end

class Kept:
    def __del__(self):
        print("taken apart")

kept = Kept()
atexit.register(print, "registered")
logging.basicConfig(format="%(message)s", stream=sys.stderr)
print("printed")
logging.error("logged")
end(3)
"""


def test_a_process_ends_with_its_output_and_code_and_is_not_taken_apart() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _ENDING],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (3, "printed\nregistered\n", "logged\n")


def test_a_closed_output_is_no_error() -> None:
    code = "import os, sys\nfrom farebox.process.ending import end\nsys.stdout.write('x')\nos.close(1)\nend(0)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=clean_environment(), capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
