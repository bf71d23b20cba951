"""Why no call was recorded, from what the workers saw of their clients."""

from collections.abc import Iterator, Mapping

from ..spool.telemetry import ClientDiagnostics, UntrustedConnections
from .figures import plural


def reasons(diagnostics: ClientDiagnostics) -> Iterator[str]:
    """Yield what may be why, each with its fix."""
    if not diagnostics.connections:
        yield (
            "Nothing came to the proxy: the program made no request, or went round it. It must mind HTTPS_PROXY (Node "
            "from 22.21 and 24 on, with NODE_USE_ENV_PROXY=1), and NO_PROXY must not name the host."
        )
    for one in diagnostics.untrusted:
        yield (
            f"{untrusted_line(one)}: it has roots of its own, or reads another variable than those that are set "
            "(SSL_CERT_FILE, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE, NODE_EXTRA_CA_CERTS)."
        )
    if diagnostics.passed:
        yield (
            f"Passed undecrypted, as these are no known LLM hosts: {_hosts(diagnostics.passed)}. Name yours in "
            "`intercept: {hosts: [...]}` of farebox.yaml."
        )
    if diagnostics.unread:
        yield f"Requests that are no LLM call farebox reads: {_hosts(diagnostics.unread)}."


def untrusted_line(one: UntrustedConnections) -> str:
    """Return who does not trust the CA."""
    client = f"{one.agent} at {one.client}" if one.agent else f"a client at {one.client}"
    given_up = f"{plural(one.count, 'connection')} to {one.host} given up by {client}"
    return f"{given_up}, which does not trust farebox's CA"


def _hosts(numbers: Mapping[str, int]) -> str:
    most = sorted(numbers.items(), key=lambda item: -item[1])[:5]
    more = len(numbers) - len(most)
    return ", ".join(f"{host} ({number})" for host, number in most) + (f" and {more} more" if more > 0 else "")
