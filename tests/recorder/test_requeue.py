"""Dead letters go back into the spool, each once, and none is lost at any interruption."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from farebox.config.settings import Settings, load
from farebox.errors import FareboxError
from farebox.home.folder import claim
from farebox.recorder.dead_letter_folder import SegmentWriter, content, digest, files
from farebox.recorder.dead_letters import DeadLetters
from farebox.recorder.requeue import requeue
from farebox.records import reading as readings
from farebox.records.reading import Reading
from farebox.sinks.self_metrics import SelfMetrics
from farebox.spool.frames import MARK, frame
from farebox.spool.reader import SpoolReader
from prometheus_client import CollectorRegistry

from tests.support.samples import reading


def settings(home: Path, **values: Any) -> Settings:
    return load({"home": str(home), **values}, environment={})


def keep(home: Path, *calls: Reading | bytes) -> list[bytes]:
    letters = DeadLetters(home / "dead-letter", SelfMetrics(CollectorRegistry()))
    messages = [call if isinstance(call, bytes) else readings.encode(call) for call in calls]
    for message in messages:
        letters.keep(message, "it is a test")
    return messages


def spooled(home: Path) -> list[bytes]:
    return SpoolReader(home / "spool", {}).read(10_000).messages


def kept(home: Path) -> list[bytes]:
    return [message for path in files(home / "dead-letter") for message in content(path).messages]


def test_dead_letters_are_put_back_into_the_spool(tmp_path: Path) -> None:
    messages = keep(tmp_path, reading(), reading())

    done = requeue(settings(tmp_path))

    assert (done.calls, done.unread) == (2, [])
    assert spooled(tmp_path) == messages
    assert list((tmp_path / "dead-letter").iterdir()) == []
    [folder] = (tmp_path / "spool").iterdir()
    assert ((folder / "00000001.seg").stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize("makes_folder", [True, False])
def test_without_dead_letters_nothing_is_done(tmp_path: Path, *, makes_folder: bool) -> None:
    if makes_folder:
        (tmp_path / "dead-letter").mkdir()

    done = requeue(settings(tmp_path))

    assert (done.calls, done.unread, (tmp_path / "spool").exists()) == (0, [], False)


def test_a_call_in_several_files_is_put_back_once(tmp_path: Path) -> None:
    messages = [readings.encode(reading()) for _ in range(2)]
    for message in (*messages, messages[0]):
        SegmentWriter(tmp_path / "dead-letter").append(message)
    (tmp_path / "dead-letter" / "old.msgpack").write_bytes(messages[1])

    assert requeue(settings(tmp_path)).calls == 2
    assert sorted(spooled(tmp_path)) == sorted(messages)
    assert list((tmp_path / "dead-letter").iterdir()) == []


def test_files_of_earlier_versions_are_put_back(tmp_path: Path) -> None:
    message = readings.encode(reading())
    (tmp_path / "dead-letter").mkdir()
    (tmp_path / "dead-letter" / f"{digest(message).hex()}.msgpack").write_bytes(message)

    assert requeue(settings(tmp_path)).calls == 1
    assert spooled(tmp_path) == [message]
    assert list((tmp_path / "dead-letter").iterdir()) == []


def test_messages_that_cannot_be_read_stay_and_are_named(tmp_path: Path) -> None:
    call, junk = keep(tmp_path, reading(), b"junk")
    (tmp_path / "dead-letter" / "a.msgpack").write_bytes(b"more junk")

    first, second = requeue(settings(tmp_path)), requeue(settings(tmp_path))

    assert (first.calls, second.calls) == (1, 0)
    assert spooled(tmp_path) == [call]
    assert kept(tmp_path) == [junk, b"more junk"]
    assert first.unread == second.unread == files(tmp_path / "dead-letter")


def test_a_damaged_segment_is_put_back_as_far_as_it_is_sound_and_kept(tmp_path: Path) -> None:
    message = readings.encode(reading())
    (tmp_path / "dead-letter").mkdir()
    data = MARK + frame(message) + frame(b"torn")[:-1]
    (tmp_path / "dead-letter" / "records-0001-a.seg").write_bytes(data)

    first, second = requeue(settings(tmp_path)), requeue(settings(tmp_path))

    path = tmp_path / "dead-letter" / "damaged-records-0001-a.seg"
    assert (first.calls, first.unread) == (1, [path])
    assert (second.calls, second.unread) == (0, [])
    assert (spooled(tmp_path), path.read_bytes()) == ([message], data)


def test_damaged_spool_segments_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "dead-letter").mkdir()
    path = tmp_path / "dead-letter" / "worker-00000001.seg"
    path.write_bytes(MARK + frame(readings.encode(reading())))

    assert requeue(settings(tmp_path)).calls == 0
    assert path.exists()


class KilledError(BaseException):
    """Ends the process in the place of kill -9: no handler of Exception sees it."""


@contextmanager
def killed_after(operations: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """End at the first change of the disk after `operations` of them."""
    done: list[str] = []

    def counting(name: str, change: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            if len(done) == operations:
                raise KilledError
            done.append(name)
            return change(*arguments, **options)

        return call

    with monkeypatch.context() as patched:
        for name in ("write", "fsync", "mkdir", "rename", "unlink", "rmdir"):
            patched.setattr(os, name, counting(name, getattr(os, name)))
        yield done


def test_no_call_is_lost_wherever_it_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    operations, is_whole = 0, False
    while not is_whole:
        home = tmp_path / str(operations)
        calls = keep(home, reading(), b"junk", reading())
        (home / "dead-letter" / "a.msgpack").write_bytes(old := readings.encode(reading()))
        with killed_after(operations, monkeypatch):
            try:
                requeue(settings(home))
                is_whole = True
            except KilledError:
                pass
        assert {*calls, old} <= {*spooled(home), *kept(home)}

        requeue(settings(home))
        assert {*spooled(home)} == {calls[0], calls[2], old}
        assert set(kept(home)) == {b"junk"}
        assert not list((home / "spool").glob(".*"))
        operations += 1

    assert operations > 20


def test_calls_are_on_the_disk_before_the_dead_letters_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(tmp_path, reading())

    with killed_after(10_000, monkeypatch) as done:
        requeue(settings(tmp_path))

    order = [name for name in done if name != "mkdir"]
    assert order[-8:] == ["write", "write", "fsync", "fsync", "rename", "fsync", "unlink", "fsync"]


def test_a_recorder_that_appends_meanwhile_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is appended after the file was read must not be removed with it."""
    writer = SegmentWriter(tmp_path / "dead-letter")
    path = writer.append(readings.encode(reading()))
    rename = os.rename
    is_locked: list[bool] = []

    def append_meanwhile(*arguments: Any) -> None:
        rename(*arguments)
        with path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                is_locked.append(False)
            except BlockingIOError:
                is_locked.append(True)

    monkeypatch.setattr(os, "rename", append_meanwhile)
    requeue(settings(tmp_path))
    later = readings.encode(reading())
    writer.append(later)

    assert is_locked == [True]
    assert kept(tmp_path) == [later]


def test_two_at_the_same_time_are_refused(tmp_path: Path) -> None:
    [message] = keep(tmp_path, reading())

    with (
        claim(tmp_path, "requeue"),
        pytest.raises(FareboxError, match=rf"`farebox requeue` already runs, as process {os.getpid()}: wait"),
    ):
        requeue(settings(tmp_path))

    assert kept(tmp_path) == [message]


def test_a_spool_without_room_takes_no_dead_letters(tmp_path: Path) -> None:
    [message] = keep(tmp_path, reading())
    (tmp_path / "spool" / "worker").mkdir(parents=True)
    segment = tmp_path / "spool" / "worker" / "00000001.seg"
    limited = settings(tmp_path, spool={"limit": "4MiB"})

    segment.write_bytes(bytes((4 << 20) - len(message) + 1))
    with pytest.raises(FareboxError, match=r"has no room within spool\.limit, 4MiB: start `farebox up`"):
        requeue(limited)
    assert kept(tmp_path) == [message]
    segment.write_bytes(bytes((4 << 20) - len(message)))

    assert requeue(limited).calls == 1


def test_a_disk_that_rejects_the_spool_is_named(tmp_path: Path) -> None:
    [message] = keep(tmp_path, reading())
    (tmp_path / "spool").write_bytes(b"not a folder")

    with pytest.raises(FareboxError, match=r"cannot be moved to .*spool \(.*\), 0 calls were put back before it: free"):
        requeue(settings(tmp_path))

    assert kept(tmp_path) == [message]
