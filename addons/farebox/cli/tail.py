"""`farebox tail`."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from ..errors import LedgerAwayError
from ..store import queries
from ..store.engine import Engine
from .console import console, currency_of, print_call
from .ledger import opened_ledger
from .options import Config, Ledger
from .reader_settings import settings_for_reading

POLL_SECONDS = 0.5
# A row is written when its call ends, and is found by its start: a long call began long before.
RECENT = timedelta(minutes=5)
LONGEST = timedelta(hours=6)
_POLLS_PER_LONG_REACH = 20


def _never(seconds: float) -> bool:
    time.sleep(seconds)
    return False


def tail(
    *,
    lines: Annotated[
        int, typer.Option("--lines", "-n", metavar="N", min=0, help="Print this many past calls first.")
    ] = 10,
    follow: Annotated[bool, typer.Option("--follow/--no-follow", help="Keep printing calls as they end.")] = True,
    ledger: Ledger = None,
    config: Config = None,
) -> None:
    """Print calls as they end, one line each, until Ctrl-C.

    A line has time, cost, duration and status, then as much as fits: model, tokens, the end of the id. `~` marks an
    estimate, `+` a lower bound. Piped, each line has these fields, with tabs between them: started_at, id, status,
    outcome, provider, model, cost_usd, cost_status, duration_ms, ttft_ms, input_tokens, cache_read_tokens,
    output_tokens, error; and the cost in `report_currency`, if that is set.

    - `farebox tail`
    - `farebox tail --no-follow --lines 1000 | cut -f 6,7`
    """
    settings = settings_for_reading({"ledger": ledger}, config)
    out, currency = console(), currency_of(settings)
    with opened_ledger(settings) as engine:
        for row in queries.last_calls(engine, lines):
            print_call(out, row, settings.zone, currency)
        for row in new_calls(engine) if follow else ():
            print_call(out, row, settings.zone, currency)


def new_calls(
    engine: Engine, ends: Callable[[float], bool] = _never, *, start: datetime | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the rows that are written from now on, and those since `start`; wait while the ledger cannot be reached.

    `ends` waits some seconds and tells whether to end after one more look.
    """
    seen = queries.call_ids_since(engine, datetime.now(UTC) - LONGEST)
    seen -= queries.call_ids_since(engine, start) if start else set()
    polls, is_last = 0, False
    while not is_last:
        is_last = ends(POLL_SECONDS)
        polls += 1
        reach = LONGEST if polls % _POLLS_PER_LONG_REACH == 0 else RECENT
        try:
            rows = _unseen(engine, seen, reach)
        except LedgerAwayError:
            continue
        seen.update(row["id"] for row in rows)
        yield from rows
        if reach is LONGEST:
            seen &= queries.call_ids_since(engine, datetime.now(UTC) - LONGEST)


def _unseen(engine: Engine, seen: set[str], reach: timedelta) -> Sequence[dict[str, Any]]:
    new = queries.call_ids_since(engine, datetime.now(UTC) - reach) - seen
    return queries.calls_by_id(engine, sorted(new))
