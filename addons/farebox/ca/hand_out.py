"""The files that clients get: the CA's certificate, and a bundle of it and the system's roots."""

import logging
import ssl
from pathlib import Path

import certifi

from ..home import atomic
from ..home.folder import BUNDLE, CERTIFICATE
from .folder import PREVIOUS

_READABLE = 0o644

logger = logging.getLogger(__name__)


def hand_out(to: Path, folder: Path) -> None:
    """Write the certificate of the CA in `folder`, and a bundle of it and the system's roots, to `to` for clients.

    While the CA before it is trusted, its certificate follows.
    """
    previous = folder / PREVIOUS
    ours = (folder / CERTIFICATE).read_bytes() + (previous.read_bytes() if previous.exists() else b"")
    _write(to / CERTIFICATE, ours)
    _write(to / BUNDLE, system_roots(without=to / BUNDLE).read_bytes().rstrip() + b"\n" + ours)


def system_roots(without: Path) -> Path:
    """Return the file of the system's roots, those of certifi if there is none.

    SSL_CERT_FILE can name `without`, farebox's own bundle, as the banner suggests; that is not the system's.
    """
    paths = ssl.get_default_verify_paths()
    candidates = (Path(path) for path in (paths.cafile, paths.openssl_cafile) if path)
    files = (path for path in candidates if path.is_file() and path.name != without.name)
    return next(files, Path(certifi.where()))


def _write(path: Path, content: bytes) -> None:
    """Write `content` to `path` atomically, readable for everybody: several workers write it.

    If the disk rejects the file, clients keep the existing one.
    """
    try:
        if path.exists() and path.read_bytes() == content and path.stat().st_mode & 0o777 == _READABLE:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(path, content, mode=_READABLE, several=True)
    except OSError as error:
        # Not an error: mitmproxy exits if one is logged during its start.
        logger.warning("%s cannot be written (%s): check that disk", path, error.strerror)
