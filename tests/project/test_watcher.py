"""A test run that is killed with kill -9 leaves no process behind."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.support.processes import descendants, running
from tests.support.sidecar import wait_until

START = {
    "sidecar": """
from tests.support.sidecar import Sidecar
with Sidecar(folder / "home"):
    print("started", flush=True)
    sys.stdin.read()
""",
    "mitmdump": """
from tests.support.mitmdump import mitmdump_sidecar
from tests.support.upstream import Upstream
with Upstream(lambda _asked: []) as upstream, mitmdump_sidecar(upstream, folder / "home"):
    print("started", flush=True)
    sys.stdin.read()
""",
    "program": """
import threading
from tests.support.watcher import run
threading.Thread(target=run, args=[["sh", "-c", "sleep 600 & sleep 600"]], kwargs={"timeout": 600}).start()
while len(descendants(os.getpid())) < 4:
    time.sleep(0.01)
print("started", flush=True)
""",
}
HEAD = """
import os, sys, time
from pathlib import Path
from tests.support.processes import descendants
folder = Path(sys.argv[1])
"""


@pytest.mark.slow
@pytest.mark.parametrize("started", list(START))
def test_what_a_killed_test_run_started_ends(tmp_path: Path, started: str) -> None:
    command = [sys.executable, "-c", HEAD + START[started], str(tmp_path)]
    path = {"PYTHONPATH": f"{ROOT}:{ROOT / 'addons'}", "PATH": "/usr/bin:/bin"}
    with subprocess.Popen(command, env=path, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as test_run:
        assert test_run.stdout
        assert test_run.stdout.readline() == b"started\n"
        below = {process.pid for process in descendants(test_run.pid)}

        test_run.kill()

    assert len(below) >= 3
    wait_until(lambda: not below & {process.pid for process in running()}, 120)
