"""TLS and passwords of the metrics port, in the form of Prometheus' exporter-toolkit.

https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md
"""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Literal

import msgspec

from ..errors import SettingsError

_HEADERS = frozenset(
    {
        *("Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options", "X-XSS-Protection"),
        "Strict-Transport-Security",
    }
)


class TlsServer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The section `tls_server_config`."""

    cert_file: str
    key_file: str
    client_auth_type: Literal[
        "NoClientCert", "RequestClientCert", "VerifyClientCertIfGiven", "RequireAndVerifyClientCert"
    ] = "NoClientCert"
    client_ca_file: str = ""
    min_version: Literal["TLS12", "TLS13"] = "TLS12"
    max_version: Literal["TLS12", "TLS13"] = "TLS13"


class HttpServer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The section `http_server_config`; HTTP/2 isn't served, as exporter-toolkit does without TLS."""

    http2: bool = True
    headers: Mapping[str, str] = {}


class WebConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of web configuration; passwords are bcrypt hashes."""

    tls_server_config: TlsServer | None = None
    http_server_config: HttpServer = HttpServer()
    basic_auth_users: Mapping[str, str] = {}

    @property
    def scheme(self) -> str:
        return "https" if self.tls_server_config else "http"


NONE = WebConfig()


def read(path: str) -> WebConfig:
    """Return the web configuration in the file `path`; SettingsError names the file and the key."""
    if not path:
        return NONE
    try:
        content = import_module("yaml").safe_load(Path(path).read_text(encoding="utf-8")) or {}
        config = msgspec.convert(content, WebConfig)
    except OSError as error:
        raise SettingsError(f"web_config: {path} cannot be read: {error.strerror}") from error
    except import_module("yaml").YAMLError as error:
        # YAML's text quotes the line, which can hold a hash.
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise SettingsError(f"web_config: {path}{line} is not YAML") from error
    except (msgspec.ValidationError, ValueError) as error:
        raise SettingsError(f"web_config: {path}: {error}: see docs/metrics.md for the keys") from error
    for problem in _problems(config):
        raise SettingsError(f"web_config: {path}: {problem}")
    return config


def _problems(config: WebConfig) -> list[str]:
    found = [
        f"basic_auth_users: the password of {name!r} is not a bcrypt hash: make one with `htpasswd -nBC 10 {name}`"
        for name, password in config.basic_auth_users.items()
        if not password.startswith(("$2a$", "$2b$", "$2y$"))
    ]
    found += [
        f"http_server_config.headers: {name!r} cannot be set: use one of {', '.join(sorted(_HEADERS))}"
        for name in config.http_server_config.headers
        if name not in _HEADERS
    ]
    tls = config.tls_server_config
    if tls and tls.client_auth_type in {"VerifyClientCertIfGiven", "RequireAndVerifyClientCert"}:
        found += [] if tls.client_ca_file else [f"tls_server_config: {tls.client_auth_type} needs client_ca_file"]
    return found
