"""Budgets, and calls that use them, for tests."""

from datetime import datetime
from typing import Any

from farebox.config.budgets import Budget
from farebox.records.record import Record
from farebox.records.windows import Window
from farebox.sinks.database import DatabaseSink
from farebox.store.engine import writer
from farebox.store.reprices import held, revise
from msgspec.structs import replace
from sqlalchemy import Engine

from tests.support.samples import record

USD = 10**9


def budget(**changes: Any) -> Budget:
    """Return a budget of 100 USD a month for all calls, with `changes`."""
    return Budget(**{"name": "office", "scope": "all", "limit": "100 USD", "window": "month"} | changes)


def spend(at: datetime, usd: float, **values: Any) -> Record:
    """Return a call that cost `usd` at the time `at`."""
    return record(started_at=at, cost_nanousd=round(usd * USD), **{"input_tokens": 3, "output_tokens": 2} | values)


def write(engine: Engine, *rows: Record) -> None:
    """Write `rows` to the ledger."""
    DatabaseSink(engine).write(rows, {})


def price(engine: Engine, row: Record, usd: float, at: datetime) -> None:
    """Price `row` anew at the time `at`."""
    with writer(engine).begin() as connection:
        changed = [(now, replace(now, cost_nanousd=round(usd * USD))) for now in held(connection, [row])]
        revise(connection, changed, at)


def lasting(window: Window) -> float:
    """Return how many hours `window` has."""
    return (window.ends - window.begins).total_seconds() / 3600
