"""Calls that cannot be recorded are kept once, whatever the disk does."""

import errno
import os
from pathlib import Path

import pytest
from farebox.recorder import dead_letters as dead_letters_module
from farebox.recorder.dead_letter_folder import SegmentWriter, content, files
from farebox.recorder.dead_letters import DeadLetters
from farebox.sinks.self_metrics import SelfMetrics
from farebox.spool.frames import MESSAGE_LIMIT
from prometheus_client import CollectorRegistry


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "dead-letter"


@pytest.fixture
def dead_letters(folder: Path, registry: CollectorRegistry) -> DeadLetters:
    return DeadLetters(folder, SelfMetrics(registry))


def messages(folder: Path) -> list[bytes]:
    return [message for path in files(folder) for message in content(path).messages]


def counted(registry: CollectorRegistry) -> tuple[float | None, ...]:
    names = ("dead_lettered", "dropped")
    return tuple(registry.get_sample_value(f"farebox_records_{name}_total") for name in names)


def test_the_same_message_is_kept_and_counted_once(
    folder: Path, dead_letters: DeadLetters, registry: CollectorRegistry, caplog: pytest.LogCaptureFixture
) -> None:
    for message in (b"one", b"two", b"one"):
        dead_letters.keep(message, "it is a test")

    assert messages(folder) == [b"one", b"two"]
    assert len(files(folder)) == 1
    assert counted(registry) == (2, 0)
    assert caplog.text.count(f"a call is dead-lettered in {files(folder)[0]}: it is a test") == 2


def test_the_same_message_is_kept_once_across_restarts(
    folder: Path, dead_letters: DeadLetters, registry: CollectorRegistry
) -> None:
    dead_letters.keep(b"one", "it is a test")
    restarted = DeadLetters(folder, SelfMetrics(CollectorRegistry()))

    for message in (b"one", b"two"):
        restarted.keep(message, "it is a test")

    assert sorted(messages(folder)) == [b"one", b"two"]
    assert counted(registry) == (1, 0)


def test_a_message_whose_file_was_removed_is_kept_again(
    folder: Path, dead_letters: DeadLetters, registry: CollectorRegistry
) -> None:
    dead_letters.keep(b"one", "it is a test")
    files(folder)[0].unlink()

    for message in (b"two", b"one"):
        dead_letters.keep(message, "it is a test")

    assert messages(folder) == [b"two", b"one"]
    assert counted(registry) == (3, 0)


def test_the_number_of_messages_that_are_recognised_is_bounded(
    folder: Path, dead_letters: DeadLetters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_letters_module, "KNOWN_LIMIT", 2)

    for message in (b"one", b"two", b"three", b"two", b"three", b"one"):
        dead_letters.keep(message, "it is a test")

    assert messages(folder) == [b"one", b"two", b"three", b"one"]


def test_a_message_that_the_disk_rejects_is_kept_later(
    folder: Path, dead_letters: DeadLetters, registry: CollectorRegistry, caplog: pytest.LogCaptureFixture
) -> None:
    folder.write_bytes(b"not a folder")
    for message in (b"one", b"two", b"one"):
        dead_letters.keep(message, "it is a test")
    before = counted(registry)

    dead_letters.try_again()
    folder.unlink()
    dead_letters.try_again()

    assert before == (0, 0)
    assert messages(folder) == [b"one", b"two"]
    assert counted(registry) == (2, 0)
    assert caplog.text.count(f"{folder} cannot be written (File exists): check that disk") == 1


def test_a_full_folder_is_reported_with_the_fix(
    folder: Path, dead_letters: DeadLetters, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_writer: SegmentWriter, _message: bytes) -> Path:
        raise OSError(errno.EDQUOT, "32 segments of dead letters are there")

    with monkeypatch.context() as patched:
        patched.setattr(SegmentWriter, "append", fail)
        dead_letters.keep(b"one", "it is a test")
    dead_letters.close()

    fix = "(32 segments of dead letters are there): run `farebox requeue`, or delete files there"
    assert f"{folder} cannot be written {fix}" in caplog.text
    assert messages(folder) == [b"one"]


def test_messages_that_cannot_be_kept_at_all_are_counted_as_dropped(
    folder: Path, dead_letters: DeadLetters, registry: CollectorRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_letters_module, "WAITING_LIMIT", 2)
    folder.write_bytes(b"not a folder")

    for message in (b"one", b"two", b"three"):
        dead_letters.keep(message, "it is a test")
    assert counted(registry) == (0, 1)
    dead_letters.close()

    assert counted(registry) == (0, 3)


def test_a_message_that_no_segment_holds_is_counted_as_dropped(
    folder: Path, dead_letters: DeadLetters, registry: CollectorRegistry
) -> None:
    for size in (MESSAGE_LIMIT, MESSAGE_LIMIT + 1):
        dead_letters.keep(bytes(size), "it is a test")

    assert [len(message) for message in messages(folder)] == [MESSAGE_LIMIT]
    assert counted(registry) == (1, 1)


def test_a_file_that_cannot_be_read_costs_no_new_message(
    folder: Path, dead_letters: DeadLetters, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "records-0001-a.seg").mkdir(parents=True)

    dead_letters.keep(b"one", "it is a test")

    reason = os.strerror(errno.EISDIR)
    assert f"dead letters in {folder / 'records-0001-a.seg'} cannot be read ({reason})" in caplog.text
    assert content(sorted(folder.iterdir())[1]).messages == [b"one"]
