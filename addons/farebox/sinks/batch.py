"""What a write to the ledger takes, and what comes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..records.record import Completion, Record
from ..spool.reader import Position
from ..store.polls import Poll


@dataclass(frozen=True, slots=True)
class Links:
    """Changes of a batch other than its own rows. `resolved` are the keys of polls that need not wait any more."""

    completions: Sequence[Completion] = ()
    waiting: Sequence[Poll] = ()
    resolved: Sequence[tuple[str, str, str]] = ()


NO_LINKS = Links()


@dataclass(frozen=True, slots=True)
class Written:
    """Result of a write: `new` rows, rows that were `changed`, and rows that the database `refused`.

    `new` rows may be in the ledger already, from a commit whose answer was lost.
    """

    new: Sequence[Record]
    changed: Sequence[Completion]
    refused: Sequence[Record]


@dataclass(frozen=True, slots=True)
class Found:
    """Rows that the ledger has of some response ids, and the messages of polls that wait for one."""

    rows: Sequence[Record] = ()
    waiting: Sequence[bytes] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """What goes into one transaction."""

    records: Sequence[Record] = ()
    positions: Mapping[str, Position] = field(default_factory=dict)
    ended: Sequence[str] = ()
    links: Links = NO_LINKS
