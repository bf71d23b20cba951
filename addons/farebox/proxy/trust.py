"""The proxy's CA: made once, kept private, its certificate handed out."""

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
    """Return mitmproxy's `folder`, made so that only its owner can look in: the CA's key lies there.

    Several sidecars may start at once: the first one makes the CA, the others wait for it. SettingsError where the
    folder cannot be used.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # What is as it should be is not written: on a disk that went read-only the CA that is there serves on.
        if folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
        with lockfile.held(folder / "ca.lock", flags=os.O_CREAT | os.O_RDONLY, waits=True):
            CertStore.from_store(folder, _NAME, _KEY_BITS)
    except (OSError, ValueError) as error:
        raise SettingsError(f"ca: {folder} holds no CA and takes none ({error}): name another folder") from error
    return folder


def hand_out(home: Path, folder: Path) -> None:
    """Put the certificate of the CA in `folder`, and a bundle of it and the system's roots, where clients read them."""
    ours = (folder / CERTIFICATE).read_bytes()
    _put(home / CERTIFICATE, ours)
    _put(home / BUNDLE, _roots(home / BUNDLE).read_bytes().rstrip() + b"\n" + ours)


def _put(path: Path, content: bytes) -> None:
    """Let everybody read `content` at `path`, where it is whole at any time: several workers put it there.

    A disk that takes no file keeps no client from what is there already.
    """
    try:
        if path.exists() and path.read_bytes() == content and path.stat().st_mode & 0o777 == _READABLE:
            return
        atomic.write(path, content, mode=_READABLE, several=True)
    except OSError as error:
        # No error: mitmproxy would end with one that is logged before it is up.
        logger.warning("%s cannot be written (%s): see to that disk", path, error.strerror)


def _roots(bundle: Path) -> Path:
    """Return the file of the system's roots; SSL_CERT_FILE may name a bundle of ours, as the banner says to."""
    paths = ssl.get_default_verify_paths()
    named = (Path(path) for path in (paths.cafile, paths.openssl_cafile) if path)
    found = (path for path in named if path.is_file() and path.name != bundle.name)
    return next(found, Path(certifi.where()))
