"""Base URLs whose calls farebox would miss, or that change what LibreChat calls."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from .deployment import ENV_PROXY_RELEASE, Deployment, is_loopback, split
from .endpoints import USER_PROVIDED, Endpoint, facts
from .finding import Finding, Place, problem, warning

_OPENAI = "OPENAI_REVERSE_PROXY"
# From this release on, some models are called by the Responses API.
_RESPONSES_RELEASE = (0, 8, 8)


def findings(deployment: Deployment, endpoints: Sequence[Endpoint]) -> Iterator[Finding]:
    """Yield what is wrong with the base URLs of `endpoints`."""
    for endpoint in endpoints:
        if endpoint.url:
            yield from _of(endpoint, deployment)


def is_usable(endpoint: Endpoint) -> bool:
    """Return whether the endpoint has a base URL that names a host."""
    return not endpoint.url or bool(endpoint.url != USER_PROVIDED and endpoint.host)


def _of(endpoint: Endpoint, deployment: Deployment) -> Iterator[Finding]:
    parts = split(endpoint.url)
    if endpoint.url == USER_PROVIDED:
        if deployment.is_release(ENV_PROXY_RELEASE):
            yield problem(
                endpoint.place,
                "LibreChat connects directly to a base URL that its user enters, so that it can refuse internal "
                "addresses: these calls bypass every proxy",
                "the base URL of one provider, or run farebox in transparent mode (docs/librechat.md)",
            )
    elif parts is None or not parts.hostname or parts.scheme not in {"http", "https"}:
        yield problem(endpoint.place, "not a valid http or https URL", "https://HOST/PATH")
    elif is_loopback(parts.hostname) and deployment.in_container:
        yield problem(
            endpoint.place,
            f"{parts.hostname} in a container is the container itself, so nothing answers there",
            _instead(endpoint, deployment),
        )
    elif endpoint.forces_https and deployment.is_farebox(endpoint.url):
        yield problem(
            endpoint.place,
            "LibreChat takes only the host of this URL and calls it by https, and AWS's signature names the host: "
            "calls to farebox's port fail",
            f"nothing: remove the line and set HTTPS_PROXY={deployment.proxy}",
        )
    else:
        yield from _other_api(endpoint, deployment)


def _instead(endpoint: Endpoint, deployment: Deployment) -> str:
    if deployment.is_farebox(endpoint.url):
        return endpoint.url.replace(endpoint.host, split(deployment.proxy).hostname or "")  # type: ignore[union-attr]
    return endpoint.url.replace(endpoint.host, "host.docker.internal")


def _other_api(endpoint: Endpoint, deployment: Deployment) -> Iterator[Finding]:
    """Yield models that LibreChat would call by another API without this base URL."""
    models = listed_models(endpoint, deployment)
    patterns = facts()["responses_by_default"]
    changed = [one for one, _ in models if any(fnmatchcase(one, pattern) for pattern in patterns)]
    if changed and endpoint.place.key == _OPENAI and deployment.is_release(_RESPONSES_RELEASE):
        yield warning(
            endpoint.place,
            f"with another base URL LibreChat calls {', '.join(changed)} by chat completions instead of the Responses "
            "API, which changes how these models reason",
            f"nothing: remove the line and set HTTPS_PROXY={deployment.proxy}; or `useResponsesApi: true` in the "
            "model's preset",
        )


def listed_models(endpoint: Endpoint, deployment: Deployment) -> list[tuple[str, Place]]:
    """Return the models that the files list for `endpoint`, each with its place."""
    default = endpoint.settings.get("models", "default") if endpoint.settings else None
    found = [
        (entry.text, Place(entry.file, entry.line, f"{endpoint.place.key.removesuffix('.baseURL')}.models"))
        for entry in (default.entries() if default else ())
        if entry.text
    ]
    variable = deployment.environment.get(endpoint.models_variable) if endpoint.models_variable else None
    if variable:
        place = Place(variable[1].file, variable[1].line, variable[0])
        found += [(name.strip(), place) for name in variable[1].value.split(",") if name.strip()]
    return found
