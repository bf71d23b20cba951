"""What cannot be recorded is kept, whatever the disk does."""

from pathlib import Path

import pytest
from farebox.recorder import dead_letters as dead_letters_module
from farebox.recorder.dead_letters import DeadLetters
from farebox.sinks.self_metrics import SelfMetrics
from prometheus_client import CollectorRegistry


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def dead_letters(tmp_path: Path, registry: CollectorRegistry) -> DeadLetters:
    return DeadLetters(tmp_path / "dead-letter", SelfMetrics(registry))


def files(tmp_path: Path) -> list[bytes]:
    return sorted(path.read_bytes() for path in (tmp_path / "dead-letter").iterdir())


def counted(registry: CollectorRegistry) -> tuple[float | None, ...]:
    names = ("dead_lettered", "dropped")
    return tuple(registry.get_sample_value(f"farebox_records_{name}_total") for name in names)


def test_the_same_message_is_kept_and_counted_once(
    tmp_path: Path, dead_letters: DeadLetters, registry: CollectorRegistry
) -> None:
    for message in (b"one", b"two", b"one"):
        dead_letters.keep(message, "it is a test")

    assert files(tmp_path) == [b"one", b"two"]
    assert counted(registry) == (2, 0)


def test_what_the_disk_does_not_take_is_kept_later(
    tmp_path: Path, dead_letters: DeadLetters, registry: CollectorRegistry, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "dead-letter").write_bytes(b"no folder")
    for message in (b"one", b"two", b"one"):
        dead_letters.keep(message, "it is a test")
    before = counted(registry)

    (tmp_path / "dead-letter").unlink()
    dead_letters.try_again()

    assert before == (0, 0)
    assert files(tmp_path) == [b"one", b"two"]
    assert counted(registry) == (2, 0)
    assert caplog.text.count("cannot be written") == 1


def test_what_cannot_be_kept_at_all_is_counted_as_dropped(
    tmp_path: Path, dead_letters: DeadLetters, registry: CollectorRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_letters_module, "WAITING_LIMIT", 2)
    (tmp_path / "dead-letter").write_bytes(b"no folder")

    for message in (b"one", b"two", b"three"):
        dead_letters.keep(message, "it is a test")
    assert counted(registry) == (0, 1)
    dead_letters.close()

    assert counted(registry) == (0, 3)
