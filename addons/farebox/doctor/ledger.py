"""The ledger: there, at this version's revision, and writable."""

from collections.abc import Iterator

from ..config.settings import Settings
from ..errors import FareboxError, LedgerAwayError, ReadOnlyError
from ..store.engine import Engine, name, opened, ping
from ..store.migrate import revisions
from .finding import Finding, ok, problem, warning

_PATIENCE = 10.0


def look(settings: Settings) -> Iterator[Finding]:
    """Yield what is to say of the ledger. Nothing is made or migrated."""
    try:
        with opened(settings.ledger, make_folder=False, patience=_PATIENCE) as engine:
            yield _look_at(engine)
    except ReadOnlyError as error:
        yield warning(str(error), "reports need no more; who records with it needs the primary, as the tables' owner")
    except LedgerAwayError as error:
        yield problem(str(error), "mend that, or name another ledger with --ledger; meanwhile calls wait in the spool")
    except FareboxError as error:
        what, _, fix = str(error).partition(": ")
        yield problem(what, fix or "name another with --ledger")


def _look_at(engine: Engine) -> Finding:
    address = name(engine)
    current, head = revisions(engine)
    if current is None:
        return ok(f"ledger {address} is empty: its tables are made at the first start")
    if current != head:
        return warning(
            f"ledger {address} is at revision {current}, this farebox needs {head}",
            "a sidecar that runs brings it there; else run `farebox migrate`",
        )
    ping(engine)
    return ok(f"ledger {address} at revision {current}")
