"""What a copy needs of the ledger that it goes to."""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import Connection

from ..engine import Engine
from .pages import Priced


class Target(Protocol):
    """Takes what another ledger has; everything may come again, and is stored once."""

    def put(self, page: Sequence[Priced]) -> None:
        """Store the calls of `page` that are missing, and change those that differ. LedgerError, LedgerAwayError."""

    def put_state(self, source: Connection) -> list[str]:
        """Store what `source` has beside calls; return sentences about what has no place here. LedgerAwayError."""
        ...


def target_of(engine: Engine) -> Target:
    """Return the ledger of `engine` as a target."""
    if engine.dialect.name == "clickhouse":
        from .clickhouse_target import ClickHouseTarget  # noqa: PLC0415 - other ledgers don't need it

        return ClickHouseTarget(engine)
    from .sql_target import SqlTarget  # noqa: PLC0415 - as above

    return SqlTarget(engine)
