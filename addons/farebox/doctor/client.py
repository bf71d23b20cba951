"""The environment of a client: whether its calls come to the proxy, and whether it trusts the CA."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import dotenv
import psutil

from ..errors import FareboxError
from ..process.client_environment import OTHER_BUNDLES, ProxyEndpoint
from ..providers.table import PROVIDERS
from .finding import Finding, ok, problem, warning

# LibreChat's own, in the end.
_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "PROXY")
_TRUST = {
    "NODE_EXTRA_CA_CERTS": "Node",
    "SSL_CERT_FILE": "Python's openai, anthropic and httpx",
    "REQUESTS_CA_BUNDLE": "Python's requests and boto3",
}
_HOSTS = tuple(
    host
    for one in PROVIDERS
    if not one.shared
    for host in one.hosts
    if "*" not in host and ":" not in host and "." in host
)


def of_process(pid: int) -> dict[str, str]:
    """Return a process's environment; FareboxError where it is not to be seen."""
    try:
        return dict(psutil.Process(pid).environ())
    except psutil.Error as error:
        why = "there is none" if isinstance(error, psutil.NoSuchProcess) else "it is another user's: ask as that user"
        raise FareboxError(f"process {pid}: its environment is not to be seen, {why}") from error


def of_file(path: Path) -> dict[str, str]:
    """Return what a .env file sets; FareboxError where there is none."""
    if not path.is_file():
        raise FareboxError(f"{path}: there is no such file: name the .env file itself")
    return {name: value or "" for name, value in dotenv.dotenv_values(path).items()}


def look(name: str, environment: Mapping[str, str], endpoint: ProxyEndpoint) -> Iterator[Finding]:
    """Yield how a client with this `environment` will do."""
    found = [*_way(name, environment, endpoint), *_trust(name, environment, endpoint), *_targets(name, environment)]
    yield from found or [ok(f"{name}: its calls come to the proxy, and it trusts the CA")]


def _way(name: str, environment: Mapping[str, str], endpoint: ProxyEndpoint) -> Iterator[Finding]:
    key = next((key for key in _PROXIES if environment.get(key)), None)
    if key is None:
        yield problem(f"{name}: goes round the proxy, as no HTTPS_PROXY is set", f"set HTTPS_PROXY={endpoint.proxy}")
        return
    if _has_port(environment[key], endpoint.proxy):
        if not _is_same(environment[key], endpoint.proxy):
            yield warning(f"{name}: {key} is {environment[key]}", "see that this is the machine farebox runs on")
    else:
        yield problem(f"{name}: {key} is another proxy than farebox at {endpoint.proxy}", f"set {key}={endpoint.proxy}")
    no_proxy = environment.get("NO_PROXY") or environment.get("no_proxy") or ""
    if past := [host for host in _HOSTS if goes_past(host, no_proxy)]:
        more = f" and {len(past) - 3} more" if len(past) > 3 else ""
        yield problem(
            f"{name}: NO_PROXY sends {', '.join(past[:3])}{more} round the proxy", "take that out of NO_PROXY"
        )


def _trust(name: str, environment: Mapping[str, str], endpoint: ProxyEndpoint) -> Iterator[Finding]:
    for key, clients in _TRUST.items():
        value = environment.get(key)
        file = endpoint.certificate if key.startswith("NODE") else endpoint.bundle
        if not value:
            yield warning(f"{name}: {key} is not set, so {clients} would not trust the CA", f"set {key}={file}")
        elif not Path(value).exists():
            yield warning(
                f"{name}: {key} is {value}, which is not here: in a container it must hold {file}",
                f"mount {file} there",
            )
        elif not _holds(Path(value), Path(endpoint.certificate)):
            yield problem(f"{name}: {key} is a file without farebox's CA", f"set {key}={file}")
    for key in ("CURL_CA_BUNDLE", *OTHER_BUNDLES):
        if environment.get(key) and not _holds(Path(environment[key]), Path(endpoint.certificate)):
            yield problem(f"{name}: {key} is a file without farebox's CA", f"set {key}={endpoint.bundle}")
    if not environment.get("NODE_USE_ENV_PROXY"):
        yield warning(
            f"{name}: NODE_USE_ENV_PROXY is not set, so Node's own fetch would go round the proxy",
            "set NODE_USE_ENV_PROXY=1, with Node 22.21, 24 or newer",
        )


def _targets(name: str, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Yield base URLs that lead past the proxy though it is set."""
    no_proxy = environment.get("NO_PROXY") or environment.get("no_proxy") or ""
    for key, value in environment.items():
        if key.endswith(("_BASE_URL", "_BASEURL", "_API_BASE", "_REVERSE_PROXY")):
            host = urlsplit(value).hostname
            if host and goes_past(host, no_proxy) and host not in _HOSTS:
                yield warning(
                    f"{name}: {key} leads to {host}, which NO_PROXY sends round the proxy", "take it out there"
                )


def goes_past(host: str, no_proxy: str) -> bool:
    """Tell whether `no_proxy` names `host`, itself or by a domain it is in."""
    for entry in no_proxy.replace(",", " ").split():
        domain = entry.partition(":")[0].lower().removeprefix("*").removeprefix(".")
        if entry == "*" or (domain and (host == domain or host.endswith("." + domain))):
            return True
    return False


def _has_port(url: str, proxy: str) -> bool:
    with contextlib.suppress(ValueError):
        return urlsplit(url if "//" in url else f"//{url}").port == urlsplit(proxy).port
    return False


def _is_same(url: str, proxy: str) -> bool:
    given, ours = urlsplit(url if "//" in url else f"//{url}"), urlsplit(proxy)
    with contextlib.suppress(ValueError):
        local = {"127.0.0.1", "localhost", "0.0.0.0", ours.hostname}  # noqa: S104 - compared, not listened on
        # In a container, farebox has another name.
        return given.port == ours.port and (given.hostname in local or "." not in (given.hostname or "."))
    return False


def _holds(file: Path, certificate: Path) -> bool:
    with contextlib.suppress(OSError):
        return certificate.read_bytes().strip() in file.read_bytes()
    return False
