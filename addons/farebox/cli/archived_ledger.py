"""An archive as a ledger: its calls in a temporary file of SQLite."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ..exports.archive import files
from ..store.engine import Engine, opened
from ..store.migrate import migrate
from ..store.sums import Scope
from ..store.transfer.pages import Priced
from ..store.transfer.target import target_of
from .progress import progress


@contextmanager
def archived_ledger(folder: Path, scope: Scope) -> Iterator[Engine]:
    """Hold a ledger open that has the archived calls from the time of `scope`; it goes with the block. FareboxError."""
    with TemporaryDirectory(prefix="farebox-archive-") as home, opened(f"sqlite:///{home}/ledger.db") as engine:
        migrate(engine)
        target = target_of(engine)
        with progress("Reading the archive") as advance:
            for page in files.pages(folder, scope):
                if page:
                    target.put([Priced(call) for call in page])
                    advance(len(page))
        yield engine
