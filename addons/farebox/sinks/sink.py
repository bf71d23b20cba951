"""What a destination of Records implements.

The recorder applies each batch to its sinks after the ledger's transaction has committed, so a sink gets every row
once. `DatabaseSink` is the exception: the position in the spool must be in the same transaction as the rows, so it has
`write`, which also decides what is new and what has changed.
"""

from collections.abc import Sequence
from typing import Protocol

from ..records.record import Completion, Record


class Sink(Protocol):
    """A destination of Records; one that raises is counted and passed over."""

    def apply(self, new: Sequence[Record], changed: Sequence[Completion]) -> None:
        """Take over the `new` rows of the ledger and those that a later call `changed`."""
        ...
