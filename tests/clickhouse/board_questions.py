"""What Grafana's boards ask a ledger, as functions of a ledger: in other time ranges, zones and with other choices."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache, partial
from typing import Any, NamedTuple

import psycopg
from farebox.grafana.boards import in_zone
from farebox.store.clickhouse.address import address_of
from farebox.store.clickhouse.http import Server
from sqlalchemy import Engine

from dashboards.people import BY
from tests.support.board_ledgers import BoardLedger, of_connection, of_server, queries
from tests.support.boards import board
from tests.support.grafana import Asker

from .calls import FIRST, SPAN

BoardQuestion = Callable[[BoardLedger], Any]
_BOARDS = ("farebox-spend", "farebox-people")
# Quotients, which databases cut after other digits.
_QUOTIENTS = {"usd_per_1k", "cache_share", "share", "drift", "top_tenth", "unknown"}
# What a table is ordered by whose order says nothing about equal rows.
_ORDERED = {
    "The 100 conversations": "usd",
    "Keys": "calls",
    "Parameters": "named",
    "Models without": "calls",
    "Costs stated": "drift",
}


class _View(NamedTuple):
    """What is chosen at the top of a board."""

    since: datetime
    until: datetime
    zone: str
    chosen: Mapping[str, Sequence[str]] = {}


_WHOLE = _View(FIRST - timedelta(days=1), FIRST + SPAN, "Europe/Berlin")
_VIEWS = {
    "whole": _WHOLE,
    "part": _View(FIRST + timedelta(days=4, minutes=3), FIRST + SPAN / 2 + timedelta(minutes=2), "Asia/Kolkata"),
    "chosen": _View(
        FIRST + timedelta(hours=7, minutes=13),
        FIRST + SPAN - timedelta(minutes=29),
        "America/New_York",
        {
            "provider": ["openai", "gemini", "it's"],
            "model": ["gpt-5", "Größe_100%", "(unknown)"],
            "user": ["(unknown)", *(f"user {place}" for place in range(0, 200, 7))],
            "team": ["(unknown)", "team1", "back\\slash"],
            "by": ["program"],
        },
    ),
    "nothing": _View(FIRST + SPAN * 2, FIRST + SPAN * 3, "UTC"),
}


def board_questions(*views: str) -> Iterator[tuple[str, BoardQuestion]]:
    """Yield each query of the boards under a name, as all or some `views` ask it."""
    for name in _BOARDS:
        for title, _ in queries(board(name)):
            for view in views or _VIEWS:
                yield f"{name}: {title}, {view}", partial(_answer, name=name, title=title, view=_VIEWS[view])
    for word in BY.values():
        by_word = _WHOLE._replace(chosen={"by": [word]})
        title = "By $by, in the chosen time range"
        yield f"farebox-people: {title}, {word}", partial(_answer, name="farebox-people", title=title, view=by_word)


@cache
def ledger_of(engine: Engine) -> BoardLedger:
    """Return the ledger of `engine`, asked over one connection that is not SQLAlchemy's."""
    if engine.dialect.name == "clickhouse":
        return of_server(Server(address_of(engine.url), patience=600))
    address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return of_connection(psycopg.connect(address, autocommit=True))


def _answer(ledger: BoardLedger, name: str, title: str, view: _View) -> Any:
    made = in_zone(ledger.board(name), view.zone)
    query = dict(queries(made))[title]
    found = ledger.ask(Asker(made, view.until, view.since, view.chosen), query)
    if title.startswith("$"):
        return [list(row.values()) for row in found]
    rows = [{_name(key): _comparable(_name(key), value) for key, value in row.items()} for row in found]
    by = next((column for start, column in _ORDERED.items() if title.startswith(start)), None)
    if by is None:
        return rows
    order = [abs(row[by]) if by == "drift" and row[by] else row[by] for row in rows]
    limit = re.search(r" LIMIT (\d+)(?: SETTINGS [^()]+)?$", query)
    is_cut = limit is not None and len(rows) >= int(limit[1])
    return order, [] if is_cut else sorted(rows, key=repr)


def _name(column: str) -> str:
    return "usd" if column == "Value" else column


def _comparable(column: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, Decimal | int):
        number = Fraction(value)
        return round(number, 10) if column in _QUOTIENTS else number
    return value
