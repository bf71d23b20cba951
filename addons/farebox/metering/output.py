"""The output of a model as it arrives: when the first of it came, how many documents had some, and how much it is."""

from ..dialects._base import Dialect
from ..records.answer_kinds import kinds_in
from ..records.text_size import content_bytes
from ..wire.document import Document
from .event_template import Skimmed


class Output:
    """Counts the documents of one response that contain output; `first` is the time of the first one of a stream.

    `kinds` are what the output consists of besides text. An event that is skimmed is of a kind that was seen before.
    """

    def __init__(self) -> None:
        self.first: float | None = None
        self.chunks = 0
        self.bytes = 0
        self.kinds: frozenset[str] = frozenset()

    def see(self, document: Document, dialect: Dialect, now: float, *, is_stream: bool) -> None:
        """Count a document."""
        self.kinds |= kinds_in(document.data)
        if not is_stream:
            self.bytes += content_bytes(document.data)
        elif dialect.has_content(document):
            self._add(content_bytes(document.data), now)

    def skim(self, skimmed: Skimmed, now: float) -> None:
        """Count an event of a stream that was recognized."""
        if skimmed.has_content:
            self._add(skimmed.size, now)

    def add(self, chunks: int, size: int, now: float) -> None:
        """Count `chunks` that have content of `size` bytes in all."""
        if chunks:
            self._add(size, now)
            self.chunks += chunks - 1

    def _add(self, size: int, now: float) -> None:
        self.chunks += 1
        self.first = now if self.first is None else self.first
        self.bytes += size


def milliseconds(seconds: float | None) -> int | None:
    """Return `seconds` as whole milliseconds, none of them negative."""
    return None if seconds is None else max(0, round(seconds * 1000))
