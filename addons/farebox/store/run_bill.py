"""The bill of one `farebox run`: its recorder leaves it in the data folder of the run. Pure but for that file."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from ..errors import FareboxError
from ..home.atomic import write
from ..spool.telemetry import ClientDiagnostics
from .sums import Doubt, Failure, Group, Sums

FILE = "bill.json"


@dataclass(frozen=True, slots=True)
class Bill:
    """The calls of a run by provider and model, their total, calls whose cost is uncertain, and failed calls."""

    groups: Sequence[Group]
    total: Sums
    doubts: Sequence[Doubt]
    failures: Sequence[Failure] = field(default_factory=list)


class _Left(msgspec.Struct):
    bill: Bill | None = None
    problem: str = ""
    clients: ClientDiagnostics = ClientDiagnostics()


def leave(folder: Path, bill: Bill | str, clients: ClientDiagnostics) -> None:
    """Leave `bill`, or the reason why there is none, and what was observed of `clients` in `folder`."""
    left = _Left(problem=bill, clients=clients) if isinstance(bill, str) else _Left(bill, clients=clients)
    write(folder / FILE, msgspec.json.encode(left))


def left_in(folder: Path) -> tuple[Bill, ClientDiagnostics]:
    """Return the bill in `folder` and what was observed of clients; FareboxError with the reason if there is none."""
    try:
        left = msgspec.json.decode((folder / FILE).read_bytes(), type=_Left)
    except OSError as error:
        problem = "the recorder did not end in time; `farebox report` has the calls that it recorded"
        raise FareboxError(problem) from error
    if left.bill is None:
        raise FareboxError(left.problem)
    return left.bill, left.clients
