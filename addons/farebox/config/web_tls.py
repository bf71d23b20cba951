"""TLS of the metrics port, as its web configuration says."""

import ssl
from pathlib import Path

from ..errors import SettingsError
from .web_config import TlsServer

_VERSIONS = {f"TLS1{minor}": getattr(ssl.TLSVersion, f"TLSv1_{minor}") for minor in (2, 3)}
_CLIENT = {
    "NoClientCert": ssl.CERT_NONE,
    "RequestClientCert": ssl.CERT_OPTIONAL,
    "VerifyClientCertIfGiven": ssl.CERT_OPTIONAL,
    "RequireAndVerifyClientCert": ssl.CERT_REQUIRED,
}


def context(path: str, tls: TlsServer | None) -> ssl.SSLContext | None:
    """Return what serves TLS as `tls` of the file `path` says, None without TLS; SettingsError names the key."""
    if tls is None:
        return None
    made, folder, key = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), Path(path).parent, "cert_file"
    made.minimum_version, made.maximum_version = _VERSIONS[tls.min_version], _VERSIONS[tls.max_version]
    try:
        # Paths are relative to the file, as in exporter-toolkit.
        made.load_cert_chain(folder / tls.cert_file, folder / tls.key_file)
        key = "client_ca_file"
        if tls.client_ca_file:
            made.load_verify_locations(folder / tls.client_ca_file)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SettingsError(f"web_config: {path}: tls_server_config.{key} cannot be loaded ({reason})") from error
    made.verify_mode = _CLIENT[tls.client_auth_type]
    return made
