"""The proxy's CA: made once, kept private, its certificate handed out."""

import fcntl
import shutil
import ssl
from pathlib import Path

import certifi
from mitmproxy.certs import CertStore

from ..errors import SettingsError
from ..folder import BUNDLE, CERTIFICATE

_NAME = "mitmproxy"
_KEY_BITS = 2048


def confdir(folder: Path) -> Path:
    """Return mitmproxy's `folder`, made so that only its owner can look in: the CA's key lies there.

    Several sidecars may start at once: the first one makes the CA, the others wait for it. SettingsError where the
    folder cannot be used.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        with (folder / "ca.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            CertStore.from_store(folder, _NAME, _KEY_BITS)
    except (OSError, ValueError) as error:
        raise SettingsError(f"ca: {folder} holds no CA and takes none ({error}): name another folder") from error
    return folder


def hand_out(home: Path, folder: Path) -> None:
    """Put the certificate of the CA in `folder`, and a bundle of it and the system's roots, where clients read them."""
    shutil.copyfile(folder / CERTIFICATE, home / CERTIFICATE)
    ours = (home / CERTIFICATE).read_bytes()
    (home / CERTIFICATE).chmod(0o644)
    (home / BUNDLE).write_bytes(_roots(home / BUNDLE).read_bytes().rstrip() + b"\n" + ours)
    (home / BUNDLE).chmod(0o644)


def _roots(bundle: Path) -> Path:
    """Return the file of the system's roots; SSL_CERT_FILE may name a bundle of ours, as the banner says to."""
    paths = ssl.get_default_verify_paths()
    named = (Path(path) for path in (paths.cafile, paths.openssl_cafile) if path)
    found = (path for path in named if path.is_file() and path.name != bundle.name)
    return next(found, Path(certifi.where()))
