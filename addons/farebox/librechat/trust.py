"""The CA in Node: read once, at its start, and from a file that must exist in the container."""

import posixpath
from collections.abc import Iterator, Sequence

from .base_urls import is_usable
from .deployment import Deployment
from .endpoints import NODE, SDK, Endpoint
from .finding import Finding, Place, problem, warning
from .proxying import env_proxy_obstacle, variables_of

_CA, _ENV_PROXY = "NODE_EXTRA_CA_CERTS", "NODE_USE_ENV_PROXY"


def findings(deployment: Deployment, endpoints: Sequence[Endpoint]) -> Iterator[Finding]:
    """Yield why calls through farebox fail for want of its CA, and variables that Node reads too early to see."""
    direct = [one for one in endpoints if is_usable(one) and not deployment.is_farebox(one.url)]
    proxied = [
        one
        for one in direct
        if one.is_tls and deployment.environment.get(*variables_of(SDK if one.through != NODE else NODE, deployment))
    ]
    if proxied:
        yield from _ca(deployment)
    if direct:
        yield from _env_proxy(deployment, is_needed=any(one.through == NODE for one in direct))


def _ca(deployment: Deployment) -> Iterator[Finding]:
    environment = deployment.environment
    write = deployment.setting(f"{_CA}={deployment.certificate}{deployment.mount}")
    found = environment.get(_CA)
    if found is None:
        yield problem(
            deployment.missing(_CA),
            "Node doesn't trust farebox's CA: each call through the proxy fails after minutes with `Connection error.`",
            write,
        )
        return
    place = Place(found[1].file, found[1].line, _CA)
    if not environment.started_with(_CA):
        yield problem(
            place,
            f"Node reads it only when it starts, and LibreChat loads {found[1].file} after that: each call through the "
            "proxy fails with `Connection error.`",
            write,
        )
    elif (
        deployment.service
        and deployment.in_container
        and not deployment.service.holds(posixpath.normpath(found[1].value))
    ):
        yield problem(
            place,
            f"no volume of service {deployment.service.name} mounts {found[1].value}, so Node doesn't find the CA",
            f"below services.{deployment.service.name}.volumes: "
            f"{deployment.farebox.endpoint.certificate}:{found[1].value}:ro",
        )


def _env_proxy(deployment: Deployment, *, is_needed: bool) -> Iterator[Finding]:
    """Yield why Node's own fetch bypasses farebox; an endpoint that needs it has its own finding in proxying.py."""
    environment = deployment.environment
    found = environment.get(_ENV_PROXY)
    obstacle = env_proxy_obstacle(deployment)
    if obstacle is None:
        return
    why, write = obstacle
    if found and not environment.started_with(_ENV_PROXY):
        yield problem(Place(found[1].file, found[1].line, _ENV_PROXY), why, write)
    elif is_needed or not environment.get(*variables_of(SDK, deployment)):
        return
    elif found:
        yield problem(Place(found[1].file, found[1].line, _ENV_PROXY), f"has no effect: {why}", write)
    else:
        yield warning(
            deployment.missing(_ENV_PROXY), f"{why}: calls of LibreChat's tools that use it bypass farebox", write
        )
