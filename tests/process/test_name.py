"""A process bears the name of what it runs, also one that has its parent's command line."""

import subprocess
import sys

import pytest
from farebox.process.name import runs

from tests.support.sidecar import clean_environment


@pytest.mark.skipif(sys.platform != "linux", reason="the name is in /proc")
def test_a_process_takes_the_name_of_its_module() -> None:
    code = "from farebox.process.name import take_name; take_name('farebox.recorder')"
    code += "; print(open('/proc/self/comm').read())"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout.strip() == "farebox.recorde"


@pytest.mark.parametrize(
    ("name", "command", "expected"),
    [
        ("farebox.recorde", ["python", "farebox", "up"], True),
        ("python", ["python", "-m", "farebox.recorder"], True),
        ("farebox.proxy", ["python", "farebox", "up"], False),
        ("farebox", ["python", "farebox", "up"], False),
    ],
)
def test_a_recorder_is_known_forked_or_not(name: str, command: list[str], expected: bool) -> None:
    assert runs("farebox.recorder", name, command) is expected
