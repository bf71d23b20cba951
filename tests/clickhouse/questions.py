"""Every question that reports, budgets, gauges and doctor ask of a ledger, as functions of an engine."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from farebox.records.times import in_utc
from farebox.report.period import spans
from farebox.store import budget_sums, queries, spend
from farebox.store.drift import drift
from farebox.store.failures import failures
from farebox.store.gateway_calls import doubled
from farebox.store.included import included
from farebox.store.label_sets import label_sets
from farebox.store.machine_speed import measured_speed
from farebox.store.parameters import parameters
from farebox.store.reprices import history
from farebox.store.snapshot import snapshot
from farebox.store.summary import DIMENSIONS, SPANS, Scope, Span, doubts
from farebox.store.totals import totals
from farebox.store.traffic import traffic
from sqlalchemy import Engine

from .calls import FIRST, SPAN

_ZONE = ZoneInfo("Europe/Berlin")
_EXACT, _HOURLY = 10**9, 0
_MIDDLE = FIRST + SPAN / 2 + timedelta(minutes=17)
_SCOPES = {
    "all": Scope(),
    "part": Scope(FIRST + timedelta(days=3, minutes=5), _MIDDLE),
    "filtered": Scope(where=(("model", ("GPT*", None)), ("provider", ("openai", "gem*i")))),
    "caller": Scope(_MIDDLE, None, (("user", ("user 1*",)),)),
    "odd": Scope(where=(("model", ("größe_100%",)),)),
    "nothing": Scope(start=FIRST + SPAN * 2),
}
_PAIRS = (("provider", "model"), ("day", "user"), ("status", "outcome"), ("month", "provider", "billing"))
Question = Callable[[Engine], Any]


def questions() -> Iterator[tuple[str, Question]]:
    """Yield each question under a name."""
    yield from _reports()
    for name, scope in _SCOPES.items():
        for ask in (doubts, failures):
            yield f"{ask.__name__}, {name}", _read(partial(_listed, ask, scope))
        for asked in (included, drift):
            yield f"{asked.__name__}, {name}", partial(_listed, asked, scope)
        yield f"number, {name}", partial(queries.number_of_calls, scope=scope)
        yield f"parameters, {name}", partial(_listed, _parameters, scope)
    yield from _gauges()
    yield from _budgets()
    yield from _rows()


def _reports() -> Iterator[tuple[str, Question]]:
    for few in (_HOURLY, _EXACT):
        for by in [(), *((name,) for name in (*DIMENSIONS, *SPANS)), *_PAIRS]:
            for name, scope in _SCOPES.items():
                # Each dimension once with each way to answer it; the other scopes with some.
                if name == "all" or by in {(), ("model",), ("day",), ("user",)}:
                    yield f"report by {by}, {name}, few={few}", partial(_report, scope=scope, by=by, few=few)


def _report(engine: Engine, scope: Scope, by: tuple[str, ...], few: int) -> Any:
    def cut(first: datetime, last: datetime) -> list[Span]:
        return spans(next(name for name in by if name in SPANS), (first, last), _ZONE)

    found = totals(engine, scope, by, cut, few=few)
    return _sorted(found.groups), found.whole, found.gone, found.is_partial


def _gauges() -> Iterator[tuple[str, Question]]:
    since, until = FIRST - timedelta(days=1), FIRST + SPAN
    yield "label sets", lambda engine: _sorted(label_sets(engine, since))
    yield "first hour", _read(spend.first_hour)
    yield "hours with sums", _read(lambda connection: sorted(spend.revisions(connection, since)))
    yield "spend by hour", _read(lambda connection: _sorted(spend.by_hour(connection, since, until)))
    yield "uncertain", _read(lambda connection: sorted(spend.uncertain(connection, since, until)))
    hour = _MIDDLE.replace(minute=0, second=0, microsecond=0)
    yield "spend by call", _read(lambda connection: _sorted(spend.by_call(connection, hour)))


def _budgets() -> Iterator[tuple[str, Question]]:
    begins, ends = FIRST.replace(minute=0, second=0, microsecond=0) + timedelta(days=1), _MIDDLE
    hours = [("a", begins, begins + timedelta(days=3)), ("b", begins + timedelta(days=3), begins + timedelta(days=9))]
    edges = [("a", ends - timedelta(minutes=9), ends), ("b", ends, ends + timedelta(minutes=11))]
    for column in (None, "user_id", "provider", "model"):
        sums = partial(budget_sums.sums, column=column, hours=hours, edges=edges)
        yield f"budget sums by {column}", _read(sums)
        repriced = partial(budget_sums.repriced, column=column, span=("a", begins, ends))
        yield f"budgets repriced by {column}", _read(repriced)
        hourly = partial(budget_sums.by_hour, column=column, patterns=["*1*"], start=begins, end=ends)
        yield f"budget hours by {column}", _read(hourly)


def _rows() -> Iterator[tuple[str, Question]]:
    part = Scope(_MIDDLE, _MIDDLE + timedelta(days=1))
    yield "rows of a day", lambda engine: _timed(queries.all_calls(engine, part))
    yield "last rows", lambda engine: _timed(queries.last_calls(engine, 50))
    yield "rows by name", lambda engine: _sorted(_timed(queries.calls_named(engine, "r17", limit=100)))
    yield (
        "rows by the end of an id",
        lambda engine: [
            _timed(queries.calls_named(engine, row["id"][-8:].upper(), limit=9))
            for row in queries.last_calls(engine, 3)
        ],
    )
    yield "prices of a row", lambda engine: [_prices(engine, row) for row in queries.last_calls(engine, 300)]
    yield "kinds of calls", lambda engine: _sorted(traffic(engine, _MIDDLE))
    yield "speed", _read(lambda connection: measured_speed(connection, "openai", "gpt-5*"))
    yield "gateways", _read(lambda connection: _sorted(doubled(connection, _MIDDLE)))


def _prices(engine: Engine, row: dict[str, Any]) -> list[dict[str, Any]]:
    return _timed(history(engine, row))


def _parameters(engine: Engine, scope: Scope) -> list[dict[str, Any]]:
    return _timed(parameters(engine, scope))


def _timed(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return `rows` with a zone in their times, which SQLite lacks."""
    return [
        {name: in_utc(value) if isinstance(value, datetime) else value for name, value in row.items()} for row in rows
    ]


def _listed(ask: Callable[[Any, Scope], Any], scope: Scope, of: Any) -> list[Any]:
    return _sorted(ask(of, scope))


def _read(ask: Callable[..., Any]) -> Question:
    def asked(engine: Engine) -> Any:
        with snapshot(engine) as connection:
            return ask(connection)

    return asked


def _sorted(found: Any) -> list[Any]:
    return sorted(found, key=repr)
