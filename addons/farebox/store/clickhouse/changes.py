"""Changes of calls that are stored: completed, or at another price."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, text

from ...records.record import Record
from ..current import at_current_prices
from ..forget import PERSONS, TRACES
from ..schema import calls
from . import dbapi
from .rows import insert, moment, row_of
from .values import quoted

Change = tuple[Record, Record]


class Step(NamedTuple):
    """A call before and after it changed, and when; a call may change several times."""

    before: Record
    after: Record
    at: datetime
    is_price: bool


def completed(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return of each of `rows` that is not complete yet the row as it is, and as it becomes.

    A person who was forgotten since the row was read stays forgotten.
    """
    if not rows:
        return []
    here = calls.c.id.in_([row["id"] for row in rows]), calls.c.started_at.in_([row["started_at"] for row in rows])
    found = connection.execute(at_current_prices(connection, select(calls).where(*here))).mappings()
    before = {row["id"]: dict(row) for row in found}
    return [
        (held, {**row, **{name: held[name] for name in (*PERSONS, *TRACES)}})
        for row in rows
        if (held := before.get(row["id"])) is not None and _lacks_tokens(held)
    ]


def _lacks_tokens(row: Mapping[str, Any]) -> bool:
    return row["usage_source"] != "reported" or (row["input_tokens"] is None and row["output_tokens"] is None)


def completion(connection: Connection, call: str) -> int:
    """Return the revision that completed the call, 0 without one: other ledgers delete the prices before it."""
    found = text("SELECT max(revision) FROM call_changes WHERE id = :id AND is_price = 0")
    return connection.scalar(found, {"id": call}) or 0


def add(connection: dbapi.Connection, changed: Sequence[Change], at: datetime, *, is_price: bool) -> None:
    """Store that calls have changed: as they were, which no longer counts, and as they are."""
    add_steps(connection, [Step(before, after, at, is_price) for before, after in changed])


def add_steps(connection: dbapi.Connection, steps: Sequence[Step]) -> None:
    """Store the `steps`, those of one call in their order, in one insert."""
    if not steps:
        return
    last = _revisions(connection, [step.after.id for step in steps])
    rows = []
    for step in sorted(steps, key=lambda step: step.after.id):
        last[step.after.id] = last.get(step.after.id, 0) + 1
        noted = {
            "revision": last[step.after.id],
            "changed_at": moment(step.at, connection.version),
            "is_price": int(step.is_price),
        }
        rows += [
            {**row_of(record, connection.version), **noted, "sign": sign}
            for record, sign in ((step.before, -1), (step.after, 1))
        ]
    token = "changes:" + ",".join(f"{row['id']}:{row['revision']}" for row in rows[::2])
    insert(connection, "call_changes", rows, token)


def _revisions(connection: dbapi.Connection, ids: Sequence[str]) -> dict[str, int]:
    wanted = ", ".join(map(quoted, ids))
    answer = connection.ask(
        f"SELECT toString(id), max(revision) FROM call_changes WHERE id IN ({wanted}) GROUP BY id FORMAT TabSeparated"
    )
    return {name: int(number) for name, number in (line.split("\t") for line in answer.splitlines())}
