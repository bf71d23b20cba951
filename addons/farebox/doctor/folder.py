"""The data folder and the CA in it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from ..config.settings import Settings
from ..home.folder import CERTIFICATE, holder
from ..recorder.dead_letter_folder import count
from ..report.figures import plural
from ..spool.reader import SpoolReader
from .finding import Finding, ok, problem, warning

_KEY = "mitmproxy-ca.pem"


def check(settings: Settings) -> Iterator[Finding]:
    """Yield whether the data folder can be written, which process uses it, and who can read the CA's key."""
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
    yield from _ca(Path(settings.ca), folder)


def _ca(ca: Path, folder: Path) -> Iterator[Finding]:
    key = ca / _KEY
    if not key.exists():
        yield ok(f"CA: none yet, it is created in {ca} at the first start")
        return
    for path in (ca, key):
        if path.stat().st_mode & 0o077:
            yield warning(
                f"other users can access {path}: whoever has the CA's key can read this machine's LLM traffic",
                f"chmod {'700' if path.is_dir() else '600'} {path}",
            )
    handed_out = folder / CERTIFICATE
    created = ca / CERTIFICATE
    if handed_out.exists() and created.exists() and handed_out.read_bytes() != created.read_bytes():
        yield problem(f"{handed_out} is not the certificate of the CA in {ca}", "restart farebox, then its clients")
    else:
        yield ok(f"CA in {ca}")
