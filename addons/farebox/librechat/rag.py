"""The RAG API: a Python program in its own container, which calls embeddings."""

import posixpath
from collections.abc import Iterator

from .compose import Service
from .deployment import Deployment
from .endpoints import facts
from .environment import Environment
from .finding import Finding, Place, problem
from .proxying import HTTPS_PROXY

_BUNDLE = "/certificates/ca-bundle.pem"
_OWN_PROXY = "RAG_OPENAI_PROXY"


def findings(deployment: Deployment) -> Iterator[Finding]:
    """Yield why the embeddings of the RAG API are missed or fail."""
    service = deployment.rag
    if service is None:
        return
    fact = facts()["rag"]
    environment = Environment(service.environment, {}, service.file, service.environment_line)
    provider = environment.value("EMBEDDINGS_PROVIDER").lower() or fact["default"]
    base = fact["base_urls"].get(provider)
    if provider in fact["local"] or (base and deployment.is_farebox(environment.value(base))):
        return
    proxy = environment.get(*HTTPS_PROXY, _OWN_PROXY)
    if proxy is None:
        bypass = f"{base}={deployment.proxy}{fact['routes'][provider]}" if base else f"HTTPS_PROXY={deployment.proxy}"
        yield problem(
            Place(service.file, service.environment_line, base or "HTTPS_PROXY"),
            f"embeddings of service {service.name} bypass farebox: LibreChat's settings don't apply to it",
            f"below services.{service.name}.environment: {bypass}",
        )
        return
    yield from _trust(service, environment, Place(proxy[1].file, proxy[1].line, proxy[0]), deployment)


def _trust(service: Service, environment: Environment, proxy: Place, deployment: Deployment) -> Iterator[Finding]:
    mount = f"below services.{service.name}.volumes: {deployment.farebox.endpoint.bundle}:{_BUNDLE}:ro"
    found = environment.get("SSL_CERT_FILE")
    if found is None:
        yield problem(
            proxy,
            f"service {service.name} calls embeddings through this proxy, and its Python doesn't trust farebox's CA: "
            "each of them fails",
            f"below services.{service.name}.environment: SSL_CERT_FILE={_BUNDLE}, "
            f"REQUESTS_CA_BUNDLE={_BUNDLE}; {mount}",
        )
    elif not service.holds(posixpath.normpath(found[1].value)):
        place = Place(found[1].file, found[1].line, "SSL_CERT_FILE")
        yield problem(
            place,
            f"no volume of service {service.name} mounts {found[1].value}: each embedding fails",
            mount.replace(_BUNDLE, found[1].value),
        )
