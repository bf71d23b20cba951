"""Options of endpoints that take the user, the conversation or the usage away from farebox."""

from collections.abc import Iterator, Sequence

from .deployment import ENV_PROXY_RELEASE, Deployment
from .endpoints import NODE, Endpoint
from .finding import Finding, Place, warning
from .located import Located

_USER = "{{LIBRECHAT_USER_"
# What to write below `headers:`. farebox reads these names, and takes them off before the provider.
HEADERS = {
    "X-LC-User-Id": "{{LIBRECHAT_USER_ID}}",
    "X-LC-User-Email": "{{LIBRECHAT_USER_EMAIL}}",
    "X-LC-Conversation-Id": "{{LIBRECHAT_BODY_CONVERSATIONID}}",
    "X-LC-Parent-Message-Id": "{{LIBRECHAT_BODY_PARENTMESSAGEID}}",
    "X-LC-Message-Id": "{{LIBRECHAT_BODY_MESSAGEID}}",
}


def findings(deployment: Deployment, endpoints: Sequence[Endpoint]) -> Iterator[Finding]:
    """Yield options of `endpoints` that leave columns of their rows empty."""
    everywhere = deployment.config.get("endpoints", "all", "headers") if deployment.config else None
    for endpoint in endpoints:
        if endpoint.settings is not None:
            yield from _user(endpoint, endpoint.settings, everywhere)
            yield from _stream_options(endpoint, endpoint.settings, deployment)


def headers_snippet() -> str:
    """Return the lines of librechat.yaml that send the user and the conversation with each call."""
    return "\n".join(["headers:", *(f"  {name}: '{value}'" for name, value in HEADERS.items())])


def _key(endpoint: Endpoint) -> str:
    return endpoint.place.key.removesuffix(".baseURL") if endpoint.place.key.startswith("endpoints.") else endpoint.name


def _user(endpoint: Endpoint, settings: Located, everywhere: Located | None) -> Iterator[Finding]:
    headers = settings.get("headers")
    is_named = any(_names_user(found) for found in (headers, everywhere) if found)
    dropped = next((one for one in _entries(settings, "dropParams") if one.text == "user"), None)
    if endpoint.through == NODE:
        if headers is not None:
            yield warning(
                Place(headers.file, headers.line, f"{_key(endpoint)}.headers"),
                f"LibreChat's client for an endpoint named {endpoint.name} drops all headers: conversation and message "
                "stay unknown",
                "nothing that helps this client; the user arrives in the body, unless `dropParams` lists it",
            )
        is_named = False
    if dropped is not None and not is_named:
        yield warning(
            Place(dropped.file, dropped.line, f"{_key(endpoint)}.dropParams"),
            "takes the user from the request, and no header names it: these rows have no user",
            "the `headers:` below in this endpoint, beside dropParams",
        )
    elif endpoint.user == "headers" and not is_named:
        yield warning(
            Place(settings.file, settings.line, _key(endpoint)),
            "requests of this endpoint carry no user in the body, and no header names it: these rows have no user",
            "the `headers:` below in this endpoint (LibreChat 0.8.8 or newer)",
        )


def _names_user(headers: Located) -> bool:
    return any(_USER in (value.text or "") for _, value in headers.items())  # noqa: PERF102 - not a dict


def _stream_options(endpoint: Endpoint, settings: Located, deployment: Deployment) -> Iterator[Finding]:
    lost = settings.get("addParams", "stream_options")
    if lost is None:
        return
    write = (
        "addParams: {streamUsage: true}"
        if deployment.is_release(ENV_PROXY_RELEASE)
        else "nothing: LibreChat before 0.8.7 has no setting for it; keep `stream_usage: auto` in farebox.yaml"
    )
    yield warning(
        Place(lost.file, lost.line, f"{_key(endpoint)}.addParams.stream_options"),
        "LibreChat drops it without a word: servers that send usage only on request send none",
        write,
    )


def _entries(settings: Located, key: str) -> tuple[Located, ...]:
    listed = settings.get(key)
    return listed.entries() if listed else ()
