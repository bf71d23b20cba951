"""The parameters of each call, and which one an error named."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine, select

from .current import as_completed
from .schema import calls
from .snapshot import snapshot
from .summary import Scope, within

_COLUMNS = ("host", "provider", "dialect", "model_requested", "model_returned", "status", "params", "error_param")


def parameters(engine: Engine, scope: Scope) -> Iterator[dict[str, Any]]:
    """Yield what the calls in `scope` sent and which parameter their answer named, a thousand at a time."""
    read = within(select(*(calls.c[name] for name in (*_COLUMNS, "started_at"))), scope)
    wanted = read.execution_options(yield_per=1000)
    with snapshot(engine) as connection:
        for row in connection.execute(as_completed(connection, wanted)).mappings():
            yield dict(row)
