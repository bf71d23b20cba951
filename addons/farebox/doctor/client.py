"""The environment of a client: whether its calls reach the proxy, and whether it trusts the CA."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import dotenv
import psutil

from ..config.redact_url import redact_url
from ..errors import FareboxError
from ..librechat.deployment import Farebox, is_loopback, split
from ..librechat.proxying import bypasses
from ..process.client_environment import OTHER_BUNDLES, ProxyEndpoint
from ..providers.table import PROVIDERS
from .finding import Finding, ok, problem, warning

# The last one is LibreChat's own.
_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "PROXY")
NODE, PYTHON = "node", "python"
_TRUST = {
    "NODE_EXTRA_CA_CERTS": (NODE, "Node"),
    "SSL_CERT_FILE": (PYTHON, "Python's openai, anthropic and httpx"),
    "REQUESTS_CA_BUNDLE": (PYTHON, "Python's requests and boto3"),
}
_BASE_URLS = ("_BASE_URL", "_BASEURL", "_API_BASE", "_REVERSE_PROXY")
_HOSTS = tuple(
    host
    for provider in PROVIDERS
    if not provider.shared
    for host in provider.hosts
    if "*" not in host and ":" not in host and "." in host
)


@dataclass(frozen=True, slots=True)
class Client:
    """A client: its name in findings, its environment, its runtimes, and whether it has a network of its own."""

    name: str
    environment: Mapping[str, str]
    runtimes: tuple[str, ...] = (NODE, PYTHON)
    in_container: bool = False


def client_of(pid: int) -> Client:
    """Return the Client that is the process `pid`; FareboxError if its environment cannot be read."""
    environment = of_process(pid)
    process = psutil.Process(pid)
    name = process.name()
    known = tuple(one for one in (NODE, PYTHON) if name.lower().startswith(one))
    return Client(f"process {pid} ({name})", environment, known or (NODE, PYTHON), _is_elsewhere(pid))


def of_process(pid: int) -> dict[str, str]:
    """Return a process's environment; FareboxError if it cannot be read."""
    try:
        return dict(psutil.Process(pid).environ())
    except psutil.NoSuchProcess as error:
        raise FareboxError(f"process {pid}: no such process") from error
    except psutil.Error as error:
        raise FareboxError(
            f"process {pid}: its environment cannot be read: run `farebox doctor` as the user who started it"
        ) from error


def of_file(path: Path) -> dict[str, str]:
    """Return what a .env file sets; FareboxError if it cannot be read."""
    if not path.is_file():
        raise FareboxError(f"{path}: not a file: name the .env file itself")
    try:
        return {name: value or "" for name, value in dotenv.dotenv_values(path).items()}
    except OSError as error:
        raise FareboxError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise FareboxError(f"{path}: not a text file in UTF-8") from error


def check(client: Client, farebox: Farebox) -> Iterator[Finding]:
    """Yield what keeps `client` from being recorded by `farebox`."""
    name, environment = client.name, client.environment
    found = [*_proxy(client, farebox), *_trust(client, farebox.endpoint), *_targets(name, environment)]
    yield from found or [ok(f"{name}: its calls reach the proxy, and it trusts the CA")]


def _proxy(client: Client, farebox: Farebox) -> Iterator[Finding]:
    name, environment = client.name, client.environment
    key = next((key for key in _PROXIES if environment.get(key)), None)
    if key is None:
        yield problem(
            f"{name}: bypasses the proxy: HTTPS_PROXY is not set", f"set HTTPS_PROXY={farebox.endpoint.proxy}"
        )
        return
    yield from _proxy_url(client, key, environment[key], farebox)
    no_proxy = _no_proxy(environment)
    if hosts := [host for host in _HOSTS if bypasses(host, no_proxy)]:
        more = f" and {len(hosts) - 3} more" if len(hosts) > 3 else ""
        yield problem(
            f"{name}: NO_PROXY makes calls to {', '.join(hosts[:3])}{more} bypass the proxy",
            "remove these hosts from NO_PROXY",
        )


def _proxy_url(client: Client, key: str, value: str, farebox: Farebox) -> Iterator[Finding]:
    name, given, ours = client.name, split(value), urlsplit(farebox.endpoint.proxy)
    if given is None:
        yield problem(f"{name}: {key} is not a valid URL", f"set {key}={farebox.endpoint.proxy}")
    elif wrong := farebox.other_port(key, given.port):
        yield problem(f"{name}: {key} {wrong[0]}", wrong[1])
    elif client.in_container and is_loopback(given.hostname):
        yield problem(
            f"{name}: {key} is {redact_url(value)}, which in its container is the container itself",
            f"set {key}=http://host.docker.internal:{given.port}, and let farebox listen there with --host",
        )
    elif not client.in_container and not _is_local(given.hostname, ours.hostname):
        yield warning(
            f"{name}: {key} is {redact_url(value)}",
            "check that this is the address of the machine that farebox runs on",
        )


def _trust(client: Client, endpoint: ProxyEndpoint) -> Iterator[Finding]:
    name, environment = client.name, client.environment
    for key, (runtime, programs) in _TRUST.items():
        if runtime in client.runtimes:
            yield from _trusts(client, key, programs, endpoint)
    if PYTHON in client.runtimes:
        for key in ("CURL_CA_BUNDLE", *OTHER_BUNDLES):
            if environment.get(key) and not _holds(environment[key], endpoint.certificate):
                yield problem(f"{name}: {key} is a file without farebox's CA", f"set {key}={endpoint.bundle}")
    if NODE in client.runtimes and not environment.get("NODE_USE_ENV_PROXY"):
        yield warning(
            f"{name}: NODE_USE_ENV_PROXY is not set, so Node's own fetch bypasses the proxy",
            "set NODE_USE_ENV_PROXY=1; requires Node 22.21, 24 or newer",
        )


def _trusts(client: Client, key: str, programs: str, endpoint: ProxyEndpoint) -> Iterator[Finding]:
    name, value = client.name, client.environment.get(key)
    file = endpoint.certificate if key.startswith("NODE") else endpoint.bundle
    if not value:
        yield warning(f"{name}: {key} is not set, so {programs} don't trust the CA", f"set {key}={file}")
    elif not os.path.exists(value):  # noqa: PTH110 - pathlib's raises for a folder that we may not enter
        yield warning(
            f"{name}: {key} is {value}, which doesn't exist here: in a container it must hold {file}",
            f"mount {file} there",
        )
    elif not _holds(value, endpoint.certificate):
        yield problem(f"{name}: {key} is a file without farebox's CA", f"set {key}={file}")


def _targets(name: str, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Yield base URLs whose calls bypass the proxy, or that are no URLs."""
    for key, value in environment.items():
        if not key.endswith(_BASE_URLS):
            continue
        url = split(value)
        if url is None:
            yield warning(f"{name}: {key} is not a valid URL", f"correct {key}")
        elif url.hostname and bypasses(url.hostname, _no_proxy(environment)) and url.hostname not in _HOSTS:
            yield warning(
                f"{name}: {key} leads to {url.hostname}, and NO_PROXY makes these calls bypass the proxy",
                f"remove {url.hostname} from NO_PROXY",
            )


def _no_proxy(environment: Mapping[str, str]) -> str:
    return environment.get("NO_PROXY") or environment.get("no_proxy") or ""


def _is_local(host: str | None, ours: str | None) -> bool:
    # In a container, farebox has another name.
    return host in {"127.0.0.1", "localhost", "0.0.0.0", ours} or "." not in (host or ".")  # noqa: S104 - compared only


def _is_elsewhere(pid: int) -> bool:
    """Return whether a process has a network of its own, as in a container; False if nothing tells."""
    with contextlib.suppress(OSError):
        ours, theirs = (Path(f"/proc/{one}/ns/net").readlink() for one in ("self", pid))
        return ours != theirs
    return False


def _holds(file: str, certificate: str) -> bool:
    with contextlib.suppress(OSError, ValueError):
        return Path(certificate).read_bytes().strip() in Path(file).read_bytes()
    return False
