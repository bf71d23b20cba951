"""A forked child is as a new process: it has nothing of its parent's but the modules."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.sidecar import clean_environment

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks")
# The parent holds a lock, a pipe to another child, handlers of signals and of its exit, and a log of its own.
PARENT = """
import atexit, fcntl, json, logging, os, signal, subprocess, sys, threading
from farebox.config.settings import load
from farebox.process import child as children, forking
from farebox.process.child import Child, SpawnOptions

logging.basicConfig(format="parent: %(message)s")
signal.signal(signal.SIGTERM, lambda *_: os.write(2, b"the parent's handler\\n"))
atexit.register(lambda: print("the parent's exit", os.getpid() == parent, flush=True))
parent = os.getpid()
lock = os.open("lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC)
fcntl.flock(lock, fcntl.LOCK_EX)
other, other_end = os.pipe()

def start(code, **options):
    os.makedirs("made_child", exist_ok=True)
    with open("made_child/__main__.py", "w") as file:
        file.write("import os, signal, sys, time, threading\\nfrom farebox.process.child import *\\n"
                   "def main():\\n    settings = settings_from_parent()\\n    " + code)
    open("made_child/__init__.py", "a").close()
    sys.path.insert(0, os.getcwd())
    return Child("made_child", load(environment={}), SpawnOptions(forks=True, **options), ("given",))
"""


def run(code: str, tmp_path: Path) -> list[str]:
    """Run `code` after PARENT, and return its lines of output."""
    done = subprocess.run(
        [sys.executable, "-c", PARENT + code],
        cwd=tmp_path,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "the parent's handler" not in done.stderr
    return done.stdout.splitlines()


def test_it_gets_its_arguments_and_its_settings_and_its_exit_code_is_told(tmp_path: Path) -> None:
    code = """
child = start('Liveness().tell_ready({"argv": sys.argv, "path": sys.path[0] == os.getcwd()}); return 7')
print(type(child.process).__name__, child.wait_ready(), child.process.wait(20), child.process.poll())
"""
    expected = "ForkedProcess {'argv': ['made_child', 'given'], 'path': True} 7 7"

    assert run(code, tmp_path) == [expected, "the parent's exit True"]


def test_locks_and_pipes_of_its_parent_are_not_its(tmp_path: Path) -> None:
    code = """
child = start('Liveness().tell_ready({}); time.sleep(60)')
child.wait_ready()
os.close(lock)
again = os.open("lock", os.O_RDWR)
fcntl.flock(again, fcntl.LOCK_EX | fcntl.LOCK_NB)
os.close(other_end)
print(os.read(other, 1))
child.process.kill()
print(child.process.wait(20))
"""
    assert run(code, tmp_path) == ["b''", "-9", "the parent's exit True"]


def test_signals_mean_to_it_what_they_mean_to_a_new_process(tmp_path: Path) -> None:
    code = """
child = start('Liveness().tell_ready({"blocked": len(signal.pthread_sigmask(signal.SIG_BLOCK, [])), '
              '"int": signal.getsignal(signal.SIGINT) == signal.SIG_IGN}); time.sleep(60)')
print(child.wait_ready())
child.process.send_signal(signal.SIGTERM)
print(child.process.wait(20))
"""
    assert run(code, tmp_path) == ["{'blocked': 0, 'int': True}", "-15", "the parent's exit True"]


def test_its_log_is_its_own_and_apart_from_the_terminal_it_leads_a_group(tmp_path: Path) -> None:
    code = """
with open("log", "w+b") as log:
    child = start('import logging; logging.basicConfig(format="child: %(message)s"); logging.error("told"); '
                  'print("printed"); Liveness().tell_ready({"leads": os.getpgid(0) == os.getpid()}); return 0',
                  is_apart=True, log=log)
    print(child.wait_ready(), child.process.wait(20))
    log.seek(0)
    print(sorted(log.read().decode().splitlines()))
"""
    expected = ["{'leads': True} 0", "['child: told', 'printed']", "the parent's exit True"]

    assert run(code, tmp_path) == expected


def test_it_ends_when_its_parent_does_beside_other_children(tmp_path: Path) -> None:
    code = """
waiting = 'ended = threading.Event(); when_to_end(ended.set); Liveness().tell_ready({}); ended.wait(); return 5'
first, second = start(waiting), start(waiting)
for child in (first, second):
    child.wait_ready()
first.process.stdin.close()
print(first.process.wait(20), second.process.poll())
second.stop()
print(second.wait(20), second.process.returncode)
"""
    assert run(code, tmp_path) == ["5 None", "True 5", "the parent's exit True"]


@pytest.mark.parametrize(
    ("ending", "code"), [("raise RuntimeError('broken')", 1), ("sys.exit(4)", 4), ("sys.exit('why')", 1)]
)
def test_a_fault_in_it_never_reaches_what_its_parent_was_doing(tmp_path: Path, ending: str, code: int) -> None:
    program = f"""
try:
    child = start({ending!r})
finally:
    print("the parent's own", flush=True)
print(child.process.wait(20))
"""
    assert run(program, tmp_path) == ["the parent's own", str(code), "the parent's exit True"]


def test_one_that_does_not_end_is_killed_after_its_time(tmp_path: Path) -> None:
    code = """
child = start('Liveness().tell_ready({}); time.sleep(60)')
child.wait_ready()
child.stop()
print(child.wait(0.05), child.process.returncode)
"""
    assert run(code, tmp_path) == ["False -9", "the parent's exit True"]


def test_ids_of_parent_and_children_differ(tmp_path: Path) -> None:
    code = """
import random, uuid_utils
uuid_utils.uuid7(), random.random()
telling = ('import random, uuid_utils; '
           'Liveness().tell_ready({"ids": [uuid_utils.uuid7().hex[16:], random.random()]}); return 0')
told = [start(telling).wait_ready()["ids"] for _ in range(2)] + [[uuid_utils.uuid7().hex[16:], random.random()]]
print(*(len(set(ids)) for ids in zip(*told)))
"""
    assert run(code, tmp_path) == ["3 3", "the parent's exit True"]


def test_a_process_with_another_thread_starts_a_new_one_instead(tmp_path: Path) -> None:
    code = """
threading.Thread(target=threading.Event().wait, daemon=True).start()
print(forking.is_safe())
os.environ["PYTHONPATH"] = os.getcwd()
child = start('Liveness().tell_ready({})\\nif __name__ == "__main__": main()')
print(type(child.process).__name__, child.wait_ready())
"""
    assert run(code, tmp_path) == ["False", "Popen {}", "the parent's exit True"]


def test_a_process_without_standard_input_is_not_forked(tmp_path: Path) -> None:
    code = """
before = forking.is_safe()
os.close(0)
print(before, forking.is_safe())
"""
    assert run(code, tmp_path) == ["True False", "the parent's exit True"]
