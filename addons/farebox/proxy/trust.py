"""The proxy's CA: created once, kept private; clients get its certificate."""

import logging
import os
import ssl
from pathlib import Path

import certifi
from mitmproxy.certs import CertStore

from ..errors import SettingsError
from ..home import atomic, lockfile
from ..home.folder import BUNDLE, CERTIFICATE

_NAME = "mitmproxy"
_KEY_BITS = 2048
_READABLE = 0o644

logger = logging.getLogger(__name__)


def confdir(folder: Path) -> Path:
    """Return mitmproxy's `folder`, created for its owner only, as it holds the CA's key.

    If several sidecars start at once, the first one creates the CA and the others wait for it. SettingsError if the
    folder cannot be used.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Written only if necessary: on a disk that became read-only, the existing CA is used.
        if folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
        with lockfile.held(folder / "ca.lock", flags=os.O_CREAT | os.O_RDONLY, waits=True):
            CertStore.from_store(folder, _NAME, _KEY_BITS)
    except (OSError, ValueError) as error:
        raise SettingsError(f"ca: no CA can be read or created in {folder} ({error}): name another folder") from error
    return folder


def hand_out(to: Path, folder: Path) -> None:
    """Write the certificate of the CA in `folder`, and a bundle of it and the system's roots, to `to` for clients."""
    ours = (folder / CERTIFICATE).read_bytes()
    _write(to / CERTIFICATE, ours)
    _write(to / BUNDLE, _roots(to / BUNDLE).read_bytes().rstrip() + b"\n" + ours)


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


def _roots(bundle: Path) -> Path:
    """Return the file of the system's roots. SSL_CERT_FILE can name our own bundle, as the banner suggests."""
    paths = ssl.get_default_verify_paths()
    candidates = (Path(path) for path in (paths.cafile, paths.openssl_cafile) if path)
    files = (path for path in candidates if path.is_file() and path.name != bundle.name)
    return next(files, Path(certifi.where()))
