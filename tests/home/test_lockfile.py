"""Locks on files, among processes and within one."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from farebox.home.lockfile import held, holder, is_held, take

HOLDER = """
import sys
from pathlib import Path
from farebox.home.lockfile import take
take(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "lock").touch(0o600)
    return tmp_path / "lock"


def open_descriptors() -> list[str]:
    return sorted(path.name for path in Path("/proc/self/fd").iterdir())


@contextmanager
def another_holder(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Hold the lock in another process."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    with process:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_a_lock_has_one_holder_until_its_descriptor_is_closed(path: Path) -> None:
    lock = take(path)
    with pytest.raises(BlockingIOError):
        take(path)

    os.close(lock)

    with held(path), pytest.raises(BlockingIOError), held(path):
        pytest.fail("two hold the lock")
    assert not is_held(path)


def test_a_lock_is_free_after_an_error_of_its_holder(path: Path) -> None:
    with pytest.raises(ZeroDivisionError), held(path):
        raise ZeroDivisionError

    assert not is_held(path)


def test_a_killed_holder_holds_nothing(path: Path) -> None:
    with another_holder(path) as process:
        assert is_held(path)
        process.kill()
        process.wait(20)
        assert not is_held(path)


def test_shared_locks_go_together_and_exclude_an_exclusive_one(path: Path) -> None:
    with held(path, shared=True), held(path, shared=True):
        assert is_held(path)
        with pytest.raises(BlockingIOError):
            take(path)
    with held(path), pytest.raises(BlockingIOError):
        take(path, shared=True)


def test_who_waits_gets_the_lock_once_it_is_free(path: Path) -> None:
    got = threading.Event()

    def wait() -> None:
        with held(path, waits=True):
            got.set()

    with held(path):
        thread = threading.Thread(target=wait)
        thread.start()
        assert not got.wait(0.2)

    assert got.wait(20)
    thread.join(20)


def test_a_file_is_made_only_if_that_is_asked_for_and_for_its_owner_alone(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        take(tmp_path / "lock")

    with held(tmp_path / "lock", flags=os.O_CREAT | os.O_RDONLY):
        assert (tmp_path / "lock").stat().st_mode & 0o077 == 0


def test_a_descriptor_does_not_go_to_programs_that_are_started(path: Path) -> None:
    with held(path) as lock:
        assert not os.get_inheritable(lock)


def test_a_lock_that_is_refused_leaves_no_descriptor_open(path: Path) -> None:
    with held(path):
        before = open_descriptors()
        with pytest.raises(BlockingIOError):
            take(path)
        assert open_descriptors() == before
        assert is_held(path)
        assert open_descriptors() == before


def test_no_file_is_not_held_and_one_that_cannot_be_opened_counts_as_held(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()

    assert not is_held(tmp_path / "no file")
    assert is_held(tmp_path / "folder")


def test_asking_whether_a_lock_is_held_does_not_keep_it(path: Path) -> None:
    assert not is_held(path)
    with held(path):
        pass


@pytest.mark.parametrize(
    ("content", "name"), [(b"4711", "4711"), (b"", ""), (b"\xff1", "�1"), (b"9" * 40, "9" * 32)], ids=str
)
def test_a_holder_is_named_by_what_it_wrote(path: Path, content: bytes, name: str) -> None:
    path.write_bytes(content)

    assert holder(path) == name


def test_without_a_file_nobody_is_named(tmp_path: Path) -> None:
    assert holder(tmp_path / "no file") == ""
