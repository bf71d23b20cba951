"""The ledger: whether it exists, is at this version's revision, and can be written."""

from collections.abc import Iterator

from ..config.settings import Settings
from ..errors import FareboxError, LedgerAwayError, ReadOnlyError
from ..store.engine import Engine, name, opened, ping
from ..store.revisions import revisions
from .finding import Finding, ok, problem, warning

_PATIENCE_SECONDS = 10.0


def check(settings: Settings) -> Iterator[Finding]:
    """Yield the state of the ledger. Nothing is created or migrated."""
    try:
        with opened(settings.ledger, make_folder=False, patience=_PATIENCE_SECONDS) as engine:
            yield _revision(engine)
    except ReadOnlyError as error:
        yield warning(str(error), "enough for reports; to record, connect to the primary as the owner of the tables")
    except LedgerAwayError as error:
        yield problem(str(error), "fix that, or name another ledger with --ledger; until then calls wait in the spool")
    except FareboxError as error:
        message, _, fix = str(error).partition(": ")
        yield problem(message, fix or "name another with --ledger")


def _revision(engine: Engine) -> Finding:
    address = name(engine)
    current, head = revisions(engine)
    if current is None:
        return ok(f"ledger {address} is empty: its tables are created at the first start")
    if current != head:
        return warning(
            f"ledger {address} is at revision {current}, this farebox needs {head}",
            "a running sidecar migrates it; otherwise run `farebox migrate`",
        )
    ping(engine)
    return ok(f"ledger {address} at revision {current}")
