"""The folder of the CA: what is in it, what a start changes, and how a new CA takes over.

`mitmproxy-ca.pem` is what mitmproxy reads: the key, and the certificate or a chain. `mitmproxy-ca-cert.pem` is what
clients trust. While clients may know only the CA before this one, `previous.pem` has its certificate, and the chain
leads to it.
"""

import datetime as dt
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ..errors import SettingsError
from ..home import atomic, lockfile
from ..home.folder import CA_KEY, CERTIFICATE
from ..home.ownership import refuse_shared
from . import certificate
from .certificate import Key
from .names import Names, together

GRACE = dt.timedelta(days=30)
PREVIOUS = "previous.pem"
# mitmproxy wrote these for other systems; the first has the key.
_FORMS = ("mitmproxy-ca.p12", "mitmproxy-ca-cert.p12", "mitmproxy-ca-cert.cer")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Authority:
    """A CA: its private key, its self-signed certificate, and that of the CA before it, as long as it is trusted."""

    key: Key
    root: x509.Certificate
    previous: x509.Certificate | None = None
    chain: tuple[x509.Certificate, ...] = ()


def prepare(folder: Path, names: Names | None, machine: str) -> Path:
    """Return `folder` with a CA in it that can certify `names`; None stands for every name.

    If several sidecars start at once, the first one makes the CA and the others wait for it. A CA that farebox did not
    make stays as it is. SettingsError if the folder cannot be used.
    """
    now = _now()
    with claimed(folder):
        if not (folder / CA_KEY).exists():
            key = certificate.new_key()
            _store(folder, Authority(key, certificate.root(key, names, machine, now)))
        else:
            _maintain(folder, names, now)
    return folder


def rotate(folder: Path, names: Names | None, machine: str, grace: dt.timedelta = GRACE) -> Authority:
    """Replace the CA in `folder` by a new one, which the old one signs for `grace`; return the new one.

    Without a grace, clients that know the old CA alone refuse the new one. SettingsError if the folder cannot be used.
    """
    now = _now()
    with claimed(folder):
        old = read(folder) if (folder / CA_KEY).exists() else None
        if old and not certificate.is_self_made(old.root):
            raise SettingsError(
                f"ca: the CA in {folder} is neither farebox's nor mitmproxy's: rotate it where it is from"
            )
        key = certificate.new_key()
        new = certificate.root(key, names, machine, now)
        if old is None or not grace or old.root.not_valid_after_utc <= now:
            authority = Authority(key, new)
        else:
            cross = certificate.cross_signed(new, old.root, old.key, now + grace)
            authority = Authority(key, new, old.root, (cross, old.root))
        _store(folder, authority)
        for name in _FORMS:
            (folder / name).unlink(missing_ok=True)
    return authority


def read(folder: Path) -> Authority:
    """Return the CA in `folder`. OSError, or ValueError if there is none that can be read."""
    content = (folder / CA_KEY).read_bytes()
    key = load_pem_private_key(content, None)
    chain = x509.load_pem_x509_certificates(content)
    if not isinstance(key, Key) or chain[0].public_key() != key.public_key():
        raise ValueError("the key is not that of the certificate")
    previous = None
    with suppress(FileNotFoundError):
        previous = x509.load_pem_x509_certificate((folder / PREVIOUS).read_bytes())
    root = chain[0] if len(chain) == 1 else _handed_out(folder, chain[0])
    return Authority(key, root, previous, tuple(chain) if len(chain) > 1 else ())


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Hold `folder`, made for its owner only, as long as the block runs; SettingsError if it cannot be used."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Written only if necessary: on a disk that became read-only, the existing CA is used.
        if folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
        refuse_shared(folder)
        with lockfile.held(folder / "ca.lock", flags=os.O_CREAT | os.O_RDONLY, waits=True):
            yield
    except (OSError, ValueError) as error:
        raise SettingsError(f"ca: no CA can be read or created in {folder} ({error}): name another folder") from error


def _handed_out(folder: Path, first: x509.Certificate) -> x509.Certificate:
    """Return the self-signed certificate of a CA whose own file begins with another one for the same key."""
    with suppress(FileNotFoundError):
        for one in x509.load_pem_x509_certificates((folder / CERTIFICATE).read_bytes()):
            if one.public_key() == first.public_key():
                return one
    return first


def _maintain(folder: Path, names: Names | None, now: dt.datetime) -> None:
    authority = changed = read(folder)
    if authority.previous is not None and authority.chain and authority.chain[0].not_valid_after_utc <= now:
        changed = Authority(authority.key, authority.root)
    if more := _missing(changed, names):
        root = certificate.with_names(changed.key, changed.root, more[0])
        changed = Authority(changed.key, root, changed.previous, changed.chain)
        logger.warning("the CA's certificate covers more names now: restart clients that have read the one before")
    if changed is authority:
        return
    try:
        _store(folder, changed)
    except OSError as error:
        # Not fatal: with the CA as it is, other calls go on. Hosts that it doesn't cover pass undecrypted.
        logger.warning("the CA in %s cannot be updated (%s): make the folder writable", folder, error.strerror)


def _missing(authority: Authority, names: Names | None) -> tuple[Names | None] | None:
    """Return the names for a new certificate if those of `authority` don't cover `names`.

    It is never narrowed: sidecars with other settings may share the CA.
    """
    present = certificate.names_of(authority.root)
    if present is None or not certificate.is_ours(authority.root) or present.cover_all(names):
        return None
    return (together(present, names) if names else None,)


def _store(folder: Path, authority: Authority) -> None:
    chain = authority.chain or (authority.root,)
    # The certificates first: a process that reads in between signs with a key that clients know.
    if authority.previous is not None:
        atomic.write(folder / PREVIOUS, certificate.pem(authority.previous), mode=0o600, syncs=True)
    atomic.write(folder / CERTIFICATE, certificate.pem(authority.root), mode=0o600, syncs=True)
    key = certificate.key_pem(authority.key)
    atomic.write(folder / CA_KEY, key + certificate.pem(*chain), mode=0o600, syncs=True)
    if authority.previous is None:
        (folder / PREVIOUS).unlink(missing_ok=True)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
