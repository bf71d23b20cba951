"""Spools of workers that are gone, and their content."""

from pathlib import Path

from farebox.spool.frames import MARK, frame, frames
from farebox.spool.reader import Batch, SpoolReader
from farebox.spool.writer import SpoolWriter


def gone(root: Path, name: str, *messages: bytes) -> Path:
    """Leave the spool of a worker that is gone; return its folder."""
    spool = SpoolWriter(root, name)
    for message in messages:
        spool.append(message)
    spool.close()
    return root / name


def store(reader: SpoolReader, limit: int = 100) -> Batch:
    """Read a batch and take it as stored."""
    batch = reader.read(limit)
    reader.done(batch)
    return batch


def drain(reader: SpoolReader, limit: int = 100) -> list[bytes]:
    """Read and store until nothing is left."""
    found: list[bytes] = []
    while (batch := store(reader, limit)).positions:
        found += batch.messages
    return found


def segments(root: Path) -> list[list[bytes]]:
    """Return the messages of each segment of worker `worker`, which has nothing else in it."""
    found = []
    for path in sorted((root / "worker").glob("*.seg")):
        content = path.read_bytes()
        if len(content) > len(MARK):
            found.append([one.message for one in frames(content[len(MARK) :])])
            assert content == MARK + b"".join(map(frame, found[-1]))
    return found


def take_folder_away(root: Path) -> None:
    """Let the disk of worker `worker` fail: its folder becomes a file."""
    (root / "worker").rename(root.with_name("taken"))
    (root / "worker").write_bytes(b"no folder")


def give_folder_back(root: Path) -> None:
    """End what `take_folder_away` began."""
    (root / "worker").unlink()
    root.with_name("taken").rename(root / "worker")
