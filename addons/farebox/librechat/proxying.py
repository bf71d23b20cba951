"""Proxy variables: whether the calls of each endpoint go through farebox."""

from collections.abc import Iterator, Sequence

from .base_urls import is_usable
from .deployment import ENV_PROXY_RELEASE, Deployment, is_loopback, split
from .endpoints import AXIOS, NODE, SDK, Endpoint, facts
from .environment import Variable
from .finding import Finding, Place, problem, warning

HTTPS_PROXY, HTTP_PROXY, NO_PROXY = (
    ("HTTPS_PROXY", "https_proxy"),
    ("HTTP_PROXY", "http_proxy"),
    ("NO_PROXY", "no_proxy"),
)
_LIBRECHAT_S_OWN = "PROXY"
# Node's own fetch uses HTTPS_PROXY from these versions on; 23 never does.
_LEAST_NODE = ((22, 21), (24,))


def findings(deployment: Deployment, endpoints: Sequence[Endpoint]) -> Iterator[Finding]:
    """Yield why calls of `endpoints` bypass farebox, and what else the proxy variables break."""
    direct = [one for one in endpoints if is_usable(one) and not deployment.is_farebox(one.url)]
    if not direct:
        return
    variables = dict(found for found in map(deployment.environment.get, _all_variables(deployment)) if found)
    for name, variable in variables.items():
        yield from proxy_url(name, variable, deployment)
    yield from _without_proxy(deployment, [one for one in direct if one.through != NODE])
    for endpoint in direct:
        if endpoint.through == NODE:
            yield from _by_node(endpoint, deployment)
        yield from _no_proxy(endpoint, deployment)
        yield from _unknown_host(endpoint, deployment)
    yield from _own_services(deployment)


def variables_of(through: str, deployment: Deployment, *, is_tls: bool = True) -> tuple[str, ...]:
    """Return the variables that a client of LibreChat takes its proxy from, in order of precedence."""
    general = HTTPS_PROXY if is_tls else HTTP_PROXY
    if through == SDK:
        return (_LIBRECHAT_S_OWN, *(general if deployment.is_release(ENV_PROXY_RELEASE) else ()))
    return general


def proxy_url(name: str, variable: Variable, deployment: Deployment) -> Iterator[Finding]:
    """Yield why the value of a proxy variable does not lead to farebox."""
    place, parts = Place(variable.file, variable.line, name), split(variable.value)
    if parts is None or not parts.hostname or parts.scheme not in {"", "http"}:
        yield problem(place, "not a valid http URL of a proxy", f"{name}={deployment.proxy}")
    elif wrong := deployment.farebox.other_port(name, parts.port):
        why, fix = wrong
        yield problem(place, why, fix.replace(deployment.farebox.endpoint.proxy, deployment.proxy).removeprefix("set "))
    elif is_loopback(parts.hostname) and deployment.in_container:
        yield problem(
            place,
            f"{parts.hostname} in a container is the container itself, where no farebox listens: every call fails",
            f"{name}={deployment.proxy}",
        )


def bypasses(host: str, no_proxy: str) -> bool:
    """Tell whether `no_proxy` names `host` or a domain that contains it."""
    for entry in no_proxy.replace(",", " ").split():
        domain = entry.partition(":")[0].lower().removeprefix("*").removeprefix(".")
        if entry == "*" or (domain and (host == domain or host.endswith("." + domain))):
            return True
    return False


def env_proxy_obstacle(deployment: Deployment) -> tuple[str, str] | None:
    """Return why Node's own fetch bypasses the proxy, and what to write; None if it uses it."""
    environment, node = deployment.environment, deployment.node
    if node is not None and not _has_env_proxy(node):
        version = ".".join(map(str, node))
        return f"Node {version} has no NODE_USE_ENV_PROXY", "an image of LibreChat 0.8.7 or newer, which has Node 24"
    for key, value in (("NODE_USE_ENV_PROXY", "1"), ("HTTPS_PROXY", deployment.proxy)):
        names = HTTPS_PROXY if key == "HTTPS_PROXY" else (key,)
        if environment.started_with(*names):
            continue
        late = environment.get(*names)
        reason = f"reads {key} only when it starts, before LibreChat loads {late[1].file}" if late else f"needs {key}"
        return f"Node's own fetch {reason}", deployment.setting(f"{key}={value}")
    return None


def _all_variables(deployment: Deployment) -> tuple[str, ...]:
    return (*variables_of(SDK, deployment), *HTTPS_PROXY, *HTTP_PROXY)


def _without_proxy(deployment: Deployment, endpoints: Sequence[Endpoint]) -> Iterator[Finding]:
    environment = deployment.environment
    missed: dict[str, list[str]] = {SDK: [], AXIOS: []}
    for endpoint in endpoints:
        if not environment.get(*variables_of(endpoint.through, deployment, is_tls=endpoint.is_tls)):
            missed[endpoint.through].append(endpoint.name)
    key = "HTTPS_PROXY" if deployment.is_release(ENV_PROXY_RELEASE) else _LIBRECHAT_S_OWN
    if missed[SDK]:
        set_one = environment.get(*HTTPS_PROXY, *HTTP_PROXY)
        place = Place(set_one[1].file, set_one[1].line, set_one[0]) if set_one else deployment.missing(key)
        why = "LibreChat before 0.8.7 reads only PROXY" if set_one and key == _LIBRECHAT_S_OWN else f"{key} is not set"
        yield problem(place, f"{why}: calls of {', '.join(missed[SDK])} bypass farebox", _proxies(deployment, key))
    if missed[AXIOS] and not missed[SDK]:
        found = environment.get(_LIBRECHAT_S_OWN)
        place = Place(found[1].file, found[1].line, found[0]) if found else deployment.missing("HTTPS_PROXY")
        yield problem(
            place,
            f"these calls ignore PROXY and read only HTTPS_PROXY: {', '.join(missed[AXIOS])}",
            _proxies(deployment, "HTTPS_PROXY"),
        )


def _proxies(deployment: Deployment, key: str) -> str:
    names = ["HTTPS_PROXY", "HTTP_PROXY"] if key == "HTTPS_PROXY" else [key]
    return deployment.setting(", ".join(f"{name}={deployment.proxy}" for name in names))


def _by_node(endpoint: Endpoint, deployment: Deployment) -> Iterator[Finding]:
    if obstacle := env_proxy_obstacle(deployment):
        why, write = obstacle
        base = f"{deployment.proxy}/{endpoint.name.lower()}/v1"
        yield problem(
            endpoint.place,
            f"the client of an endpoint named {endpoint.name} ignores PROXY, and {why}: its calls bypass farebox",
            f"{write}; or baseURL: {base}",
        )


def _no_proxy(endpoint: Endpoint, deployment: Deployment) -> Iterator[Finding]:
    found = deployment.environment.get(*NO_PROXY)
    if not found or not bypasses(endpoint.host, found[1].value):
        return
    if endpoint.through == SDK and not deployment.is_release(ENV_PROXY_RELEASE):
        return
    left = [one for one in found[1].value.replace(",", " ").split() if not bypasses(endpoint.host, one)]
    yield problem(
        Place(found[1].file, found[1].line, found[0]),
        f"names {endpoint.host}: calls of {endpoint.name} ({endpoint.place}) bypass farebox",
        f"{found[0]}={','.join(left)}",
    )


def _unknown_host(endpoint: Endpoint, deployment: Deployment) -> Iterator[Finding]:
    if not endpoint.host or deployment.farebox.knows(endpoint.host, endpoint.port):
        return
    at = f"{endpoint.host}:{endpoint.port}" if endpoint.port else endpoint.host
    lines = f"in farebox.yaml: providers: [{{name: NAME, hosts: ['{at}']}}]"
    if endpoint.is_tls:
        yield problem(endpoint.place, f"farebox doesn't know {at}, so it passes these calls undecrypted", lines)
    else:
        yield warning(endpoint.place, f"farebox doesn't know {at}: the provider of these calls is `unknown`", lines)


def _own_services(deployment: Deployment) -> Iterator[Finding]:
    environment = deployment.environment
    proxy = environment.get(*HTTPS_PROXY, *HTTP_PROXY)
    if not proxy or not deployment.is_release(ENV_PROXY_RELEASE):
        return
    no_proxy = environment.value(*NO_PROXY)
    for name in facts()["own_services"]:
        parts = split(environment.value(name))
        if parts and parts.hostname and not bypasses(parts.hostname, no_proxy):
            found = environment.get(*NO_PROXY)
            place = Place(found[1].file, found[1].line, found[0]) if found else deployment.missing("NO_PROXY")
            whole = dict.fromkeys([*no_proxy.replace(",", " ").split(), *facts()["no_proxy"], parts.hostname])
            yield problem(
                place,
                f"lacks {parts.hostname} ({name}), so LibreChat calls its own service through farebox, which may not "
                "reach it",
                f"NO_PROXY={','.join(whole)}",
            )
            return


def _has_env_proxy(node: tuple[int, ...]) -> bool:
    return node >= _LEAST_NODE[1] or _LEAST_NODE[0] <= node < (23,)
