"""The CA: how long it is valid, for which hosts, and who can reach its key."""

import datetime as dt
import socket
from collections.abc import Iterator
from pathlib import Path

from ..ca import certificate
from ..ca.folder import Authority, read
from ..ca.names import wanted
from ..config.settings import Settings
from ..home.folder import CA_KEY, CERTIFICATE
from ..home.ownership import weakness
from ..report.figures import plural
from .finding import Finding, ok, problem, warning

_SOON = dt.timedelta(days=30)
_ROTATE = "farebox ca rotate, then restart farebox"


def check(settings: Settings, now: dt.datetime | None = None) -> Iterator[Finding]:
    """Yield the state of the CA at `now`."""
    folder = Path(settings.ca)
    if not (folder / CA_KEY).exists():
        yield ok(f"CA: none yet, it is created in {folder} at the first start")
        return
    yield from _access(folder)
    try:
        authority = read(folder)
    except (OSError, ValueError) as error:
        yield problem(f"the CA in {folder} cannot be read ({error})", f"delete {folder}, then restart farebox")
        return
    found = [*_handed_out(settings, authority), *_names(settings, authority), *_ends(authority, now or _now())]
    yield from found or [ok(_summary(folder, authority))]


def _access(folder: Path) -> Iterator[Finding]:
    for path in (folder, folder / CA_KEY):
        if found := weakness(path):
            yield problem(found.message, found.fix)
        elif path.stat().st_mode & 0o077:
            yield warning(
                f"other users can access {path}: whoever has the CA's key can read this machine's LLM traffic",
                f"chmod {'700' if path.is_dir() else '600'} {path}",
            )


def _handed_out(settings: Settings, authority: Authority) -> Iterator[Finding]:
    ours = certificate.pem(authority.root).strip()
    for folder in dict.fromkeys((settings.folder, Path(settings.certificates))):
        path = folder / CERTIFICATE
        if path.exists() and ours not in path.read_bytes():
            yield problem(
                f"{path} is not the certificate of the CA in {settings.ca}", "restart farebox, then its clients"
            )
        if found := weakness(path):
            yield problem(f"{found.message}, and so choose whom clients trust", found.fix)


def _names(settings: Settings, authority: Authority) -> Iterator[Finding]:
    present = certificate.names_of(authority.root)
    if present is not None and not present.cover_all(wanted(settings, socket.gethostname())):
        yield warning(
            "the CA doesn't cover all hosts that the settings decrypt: these pass undecrypted",
            "restart farebox, then its clients",
        )


def _ends(authority: Authority, now: dt.datetime) -> Iterator[Finding]:
    left = authority.root.not_valid_after_utc - now
    if left <= dt.timedelta(0):
        yield problem(
            f"the CA expired {_day(authority)}, {plural((-left).days, 'day')} ago: no client accepts it", _ROTATE
        )
    elif left <= _SOON:
        yield warning(f"the CA expires {_day(authority)}, in {plural(left.days, 'day')}", _ROTATE)


def _summary(folder: Path, authority: Authority) -> str:
    names = certificate.names_of(authority.root)
    hosts = "any host" if names is None else plural(len(names.domains), "domain")
    before = ", the one before it is still trusted" if authority.previous else ""
    return f"CA in {folder}, for {hosts}, expires {_day(authority)}{before}"


def _day(authority: Authority) -> str:
    return f"{authority.root.not_valid_after_utc:%Y-%m-%d}"


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
