"""One LibreChat as its files describe it, and the farebox that is to see its calls."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from ..process.client_environment import ProxyEndpoint
from ..providers.hosts import host_matches
from ..providers.table import PROVIDERS, Table, provider_of
from ..purpose.rule import PurposeRule
from .compose import Service, services
from .environment import Environment, Variables
from .finding import Place
from .located import Located

Version = tuple[int, ...]
_LOOPBACK = ("localhost", "127.0.0.1", "::1", "0.0.0.0")  # noqa: S104 - compared only
# Where deploy/librechat puts the CA's files into each container, and the volume that holds them.
_MOUNT = "/certificates"
_CERTIFICATE = f"{_MOUNT}/mitmproxy-ca-cert.pem"
_VOLUME = "farebox-certificates"
_RELEASE = re.compile(r":v?(\d+)\.(\d+)\.(\d+)")
# The first release whose image has Node 24 and whose clients read HTTPS_PROXY.
ENV_PROXY_RELEASE = (0, 8, 7)


@dataclass(frozen=True, slots=True)
class Farebox:
    """The sidecar as clients reach it: its `endpoint`, all `ports` with a listener, and the hosts that it decrypts.

    `purposes` are the rules of its settings.
    """

    endpoint: ProxyEndpoint
    ports: tuple[int, ...]
    table: Table = PROVIDERS
    intercepted: tuple[str, ...] = ()
    decrypts_all: bool = False
    is_running: bool = True
    purposes: tuple[PurposeRule, ...] = ()

    def other_port(self, key: str, port: int | None) -> tuple[str, str] | None:
        """Return why a proxy variable with this port is wrong, and the fix; None if farebox listens there."""
        if port in self.ports:
            return None
        given, ours = port or 80, " and ".join(map(str, self.ports))
        if self.is_running:
            return f"leads to port {given}, but farebox listens on {ours}", f"set {key}={self.endpoint.proxy}"
        return (
            f"leads to port {given}, where no farebox runs, and its settings name {ours}",
            f"start farebox with --port {given}, or set {key}={self.endpoint.proxy}",
        )

    def knows(self, host: str, port: int | None) -> bool:
        """Return whether calls to `host` are decrypted and metered."""
        named = any(host_matches(pattern, host, port) for pattern in self.intercepted)
        provider = provider_of(host, port, self.table)
        return self.decrypts_all or named or (provider is not None and not provider.shared)


@dataclass(frozen=True, slots=True)
class Deployment:
    """`config` is librechat.yaml. `service` is LibreChat's own in Compose, `rag` that of its RAG API.

    `in_container` is None if nothing tells; `node` and `release` likewise.
    """

    farebox: Farebox
    environment: Environment
    config: Located | None = None
    service: Service | None = None
    rag: Service | None = None
    services: Mapping[str, Service] = field(default_factory=dict)
    in_container: bool | None = None
    release: Version | None = None
    node: Version | None = None

    @property
    def proxy(self) -> str:
        """The proxy's URL as LibreChat reaches it."""
        port = urlsplit(self.farebox.endpoint.proxy).port
        if self._sidecar:
            return f"http://{self._sidecar}:{port}"
        return f"http://host.docker.internal:{port}" if self.in_container else self.farebox.endpoint.proxy

    @property
    def certificate(self) -> str:
        """The path of the CA's certificate as LibreChat sees it."""
        return _CERTIFICATE if self.in_container else self.farebox.endpoint.certificate

    @property
    def mount(self) -> str:
        """What else to write so that `certificate` exists; empty outside a container."""
        if not self.in_container:
            return ""
        if self._sidecar:
            return f"; below volumes: {_VOLUME}:{_MOUNT}:ro"
        return f"; below volumes: {self.farebox.endpoint.certificate}:{_CERTIFICATE}:ro"

    @property
    def _sidecar(self) -> str | None:
        """The name of farebox's own service, if it has one."""
        return next((name for name, one in self.services.items() if "farebox" in one.image or "farebox" in name), None)

    def setting(self, text: str) -> str:
        """Return the sentence that tells where variables such as `text` belong so that Node sees them at its start."""
        if self.service:
            return f"below services.{self.service.name}.environment of the Compose file: {text}"
        return f"in the environment that starts LibreChat (not in .env): {text}"

    def missing(self, key: str) -> Place:
        """Return the place for a finding about a variable that nothing sets."""
        return Place(self.environment.file, self.environment.line, key)

    def is_farebox(self, url: str) -> bool:
        """Return whether `url` leads to farebox's own port, and not to a provider's host."""
        parts = split(url)
        if parts is None or not parts.hostname or provider_of(parts.hostname, parts.port, self.farebox.table):
            return False
        return parts.port in self.farebox.ports

    def is_release(self, least: Version) -> bool:
        """Return whether the release is `least` or newer; an unknown one counts as the newest."""
        return self.release is None or self.release >= least


def deployment(
    farebox: Farebox,
    *,
    config: Located | None = None,
    dotenv: tuple[str, Variables] | None = None,
    compose: Sequence[Located] = (),
    files: Mapping[str, Variables] | None = None,
    versions: tuple[Version | None, Version | None] = (None, None),
    shell: Variables | None = None,
) -> Deployment:
    """Return the Deployment of parsed files.

    `dotenv` is the name and content of .env; `files` are those of Compose's env_file entries; `versions` are
    LibreChat's release and Node's version, if the user names them. Without containers, LibreChat starts with the
    variables of `shell`.
    """
    name, later = dotenv or (".env", {})
    found = services(compose, later, files or {})
    service = next((one for one in found.values() if is_librechat(one)), found.get("api"))
    rag = next((one for one in found.values() if "rag" in one.name or "rag" in one.image), None)
    in_container = _in_container(service, later)
    if service is None:
        environment = Environment({} if in_container else shell or {}, later, name)
    else:
        environment = Environment(service.environment, later, service.file, service.environment_line)
    release = versions[0] or (_release(service.image) if service else None)
    return Deployment(
        farebox,
        environment,
        config,
        service,
        rag,
        found,
        in_container,
        release,
        versions[1] or _node(release),
    )


def is_librechat(service: Service) -> bool:
    """Return whether `service` runs LibreChat itself."""
    return "librechat" in service.image.lower() and "rag" not in service.image.lower()


def is_loopback(host: str | None) -> bool:
    """Return whether `host` is the machine itself."""
    return host in _LOOPBACK or (host or "").startswith("127.")


def split(url: str) -> SplitResult | None:
    """Return the parts of `url`, or None if it is not valid, as with `[` alone or a port above 65535."""
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
        _ = parts.port
    except ValueError:
        return None
    return parts


def _in_container(service: Service | None, later: Variables) -> bool | None:
    if service is not None:
        return not service.host_network
    database = later.get("MONGO_URI")
    host = (split(database.value) if database else None) or None
    # A name without a dot is that of another container.
    return True if host and host.hostname and "." not in host.hostname and not is_loopback(host.hostname) else None


def _release(image: str) -> Version | None:
    found = _RELEASE.search(image)
    return tuple(int(one) for one in found.groups()) if found else None


def _node(release: Version | None) -> Version | None:
    """Return the version of Node in LibreChat's image of `release`."""
    if release is None:
        return None
    return (24, 16, 0) if release >= ENV_PROXY_RELEASE else (20,)
