"""The data folder, and who can change or read what is in it."""

import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ..config.settings import Settings
from ..home.folder import holder
from ..home.hmac_key import FILE as HMAC_KEY
from ..home.ownership import weakness
from ..recorder.dead_letter_folder import count
from ..report.figures import plural
from ..spool.reader import SpoolReader
from .finding import Finding, ok, problem, warning

_SQLITE = "sqlite:///"


def check(settings: Settings) -> Iterator[Finding]:
    """Yield whether the data folder can be written, which process uses it, and who else can change it."""
    folder = settings.folder
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        yield problem(
            f"data folder {folder} cannot be written ({error.strerror})",
            f"give {existing} to the user that runs farebox, free some space, or set FAREBOX_HOME to another folder",
        )
        return
    state = "" if folder.exists() else ", created at the first start"
    pid = holder(folder, "sidecar")
    if kept := count(folder / "dead-letter"):
        yield warning(
            f"{plural(kept, 'dead letter')} in {folder / 'dead-letter'}: calls that could not be recorded",
            "search for `dead-letter` in the output of `farebox up`, then run `farebox requeue`, or delete the files",
        )
    if not pid and (waiting := SpoolReader(settings.spool_folder, {}).pending()):
        yield warning(
            f"up to {plural(waiting, 'call')} of an earlier start in {settings.spool_folder} may not be in the ledger",
            "start `farebox up`, which records them",
        )
    yield ok(f"data folder {folder}{state}" + (f", in use by farebox, process {pid}" if pid else ""))
    yield from _access(settings)


def _access(settings: Settings) -> Iterator[Finding]:
    """Yield files and folders that others can change, or that they can read though nobody else should."""
    folder = settings.folder
    ledger = Path(settings.ledger.removeprefix(_SQLITE)) if settings.ledger.startswith(_SQLITE) else folder
    for path in dict.fromkeys((folder, folder / HMAC_KEY, settings.spool_folder, folder / "runs", ledger)):
        if found := weakness(path):
            yield problem(found.message, found.fix)
        elif path != folder and path.is_file() and path.stat().st_mode & 0o044:
            yield warning(f"other users can read {path}", f"chmod 600 {shlex.quote(str(path))}")
