"""The ledger: there, at this version's revision, and writable."""

from collections.abc import Iterator

from ..errors import FareboxError, LedgerAwayError
from ..settings import Settings
from ..store.engine import open_engine, ping
from ..store.migrate import revisions
from .finding import Finding, ok, problem, warning


def look(settings: Settings) -> Iterator[Finding]:
    """Yield what is to say of the ledger. Nothing is made or migrated."""
    try:
        engine = open_engine(settings.ledger, make_folder=False)
        name = engine.url.render_as_string()
        current, head = revisions(engine)
        if current is None:
            yield ok(f"ledger {name} is empty: its tables are made at the first start")
        elif current != head:
            yield warning(f"ledger {name} is at revision {current}, this farebox needs {head}", "run `farebox migrate`")
        else:
            ping(engine)
            yield ok(f"ledger {name} at revision {current}")
    except LedgerAwayError as error:
        yield problem(str(error), "start its server, free it, or name another with --ledger; calls wait in the spool")
    except FareboxError as error:
        what, _, fix = str(error).partition(": ")
        yield problem(what, fix or "name another with --ledger")
