"""The proxy's CA: kept private, its certificate handed out."""

import shutil
import ssl
from pathlib import Path

import certifi

from ..folder import BUNDLE, CERTIFICATE


def confdir(home: Path) -> Path:
    """Return mitmproxy's folder, made so that only its owner can look in: the CA's key lies there."""
    folder = home / "mitmproxy"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    return folder


def hand_out(home: Path) -> None:
    """Put the CA's certificate, and a bundle of it and the system's roots, where clients may read them."""
    shutil.copyfile(home / "mitmproxy" / CERTIFICATE, home / CERTIFICATE)
    ours = (home / CERTIFICATE).read_bytes()
    (home / CERTIFICATE).chmod(0o644)
    (home / BUNDLE).write_bytes(_roots(home / BUNDLE).read_bytes().rstrip() + b"\n" + ours)
    (home / BUNDLE).chmod(0o644)


def _roots(bundle: Path) -> Path:
    """Return the file of the system's roots; SSL_CERT_FILE may name our own `bundle`, as the banner says to."""
    paths = ssl.get_default_verify_paths()
    named = (Path(path) for path in (paths.cafile, paths.openssl_cafile) if path)
    found = (path for path in named if path.is_file() and path.resolve() != bundle.resolve())
    return next(found, Path(certifi.where()))
