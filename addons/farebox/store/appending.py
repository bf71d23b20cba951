"""What a ledger that only appends can't do."""

from sqlalchemy import Engine

from ..errors import LedgerError
from .faults import name


def is_appending(engine: Engine) -> bool:
    """Return whether the ledger adds rows and changes none."""
    return engine.dialect.name == "clickhouse"


def refuse_appending(engine: Engine, does: str, instead: str) -> None:
    """Raise LedgerError if the ledger can't do what `does` names; `instead` says how to get there."""
    if is_appending(engine):
        raise LedgerError(f"ledger {name(engine)} is on ClickHouse, where {does}: {instead}")
