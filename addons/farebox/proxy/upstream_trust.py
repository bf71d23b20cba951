"""Whose certificates of providers are trusted: the public CAs of certifi, and those that `upstream_ca` adds.

A company that inspects TLS signs them with a CA of its own.
"""

from pathlib import Path

import certifi
from cryptography import x509
from mitmproxy import tls

from ..ca.hand_out import system_roots
from ..config.settings import Settings
from ..errors import SettingsError
from ..home import atomic
from ..home.folder import BUNDLE

SYSTEM = "system"
FILE = "upstream-ca.pem"
# How mitmproxy begins what OpenSSL says.
_VERIFICATION = "Certificate verify failed: "


def trusted_file(settings: Settings) -> str | None:
    """Return the file of the CAs that providers' certificates are verified with; None stands for certifi's.

    SettingsError if `upstream_ca` names no certificates.
    """
    if not settings.upstream_ca:
        return None
    is_system = settings.upstream_ca == SYSTEM
    added = system_roots(without=settings.folder / BUNDLE) if is_system else Path(settings.upstream_ca).expanduser()
    try:
        content = added.read_bytes()
        x509.load_pem_x509_certificates(content)
        path = settings.folder / FILE
        atomic.write(path, Path(certifi.where()).read_bytes().rstrip() + b"\n" + content, mode=0o600, several=True)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it has no certificates in PEM form"
        raise SettingsError(
            f"upstream_ca: {added} cannot be used ({reason}): name a file of PEM certificates, or write system"
        ) from error
    return str(path)


def why_refused(data: tls.TlsData) -> str | None:
    """Return why the certificate of a server was refused; None if something else failed."""
    error = data.conn.error or ""
    return error.removeprefix(_VERIFICATION) if error.startswith(_VERIFICATION) else None
