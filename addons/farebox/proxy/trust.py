"""The proxy's CA: kept private, its certificate handed out."""

import os
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
    roots = ssl.get_default_verify_paths().cafile or os.environ.get("SSL_CERT_FILE") or certifi.where()
    ours = (home / CERTIFICATE).read_bytes()
    (home / BUNDLE).write_bytes(Path(roots).read_bytes().rstrip() + b"\n" + ours)
