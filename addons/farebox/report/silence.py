"""Why no call was recorded, from the workers' client diagnostics."""

from collections.abc import Iterator, Mapping

from ..spool.telemetry import ClientDiagnostics, UntrustedConnections
from .figures import plural

UPSTREAM_CA = (
    "if your company inspects TLS, set upstream_ca to the file of its CA, or to system if this machine trusts it; "
    "otherwise the server's certificate is wrong"
)


def reasons(diagnostics: ClientDiagnostics) -> Iterator[str]:
    """Yield possible reasons, each with its fix."""
    if not diagnostics.connections:
        yield (
            "No connection reached the proxy: the program made no request, or bypassed it. It must use HTTPS_PROXY "
            "(Node from 22.21 and 24 on, with NODE_USE_ENV_PROXY=1), and NO_PROXY must not contain the host."
        )
    for connections in diagnostics.untrusted:
        yield (
            f"{untrusted_line(connections)}: it uses its own root certificates, or a variable other than those set "
            "(SSL_CERT_FILE, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE, NODE_EXTRA_CA_CERTS)."
        )
    if diagnostics.own_address:
        yield own_address_line(diagnostics.own_address) + "."
    for host, number in diagnostics.unverified.items():
        yield f"{unverified_line(host, number)}: {UPSTREAM_CA}."
    if diagnostics.passed:
        yield (
            f"Not decrypted, because these are not known LLM hosts: {_hosts(diagnostics.passed)}. Add yours to "
            "`intercept: {hosts: [...]}` in farebox.yaml."
        )
    if diagnostics.unread:
        yield f"Requests that farebox does not recognise as LLM calls: {_hosts(diagnostics.unread)}."


def untrusted_line(connections: UntrustedConnections) -> str:
    """Return which client does not trust the CA, and how often."""
    client = (
        f"{connections.agent} at {connections.client}" if connections.agent else f"a client at {connections.client}"
    )
    closed = f"{plural(connections.count, 'connection')} to {connections.host} closed by {client}"
    return f"{closed}, which does not trust farebox's CA"


def unverified_line(host: str, number: int) -> str:
    """Return how often the certificate of `host`, with the reason after its name, was refused."""
    return f"{plural(number, 'connection')} to {host} failed, as its certificate can't be verified"


def own_address_line(number: int) -> str:
    """Return that some requests were for the proxy itself."""
    return f"{plural(number, 'request')} refused, as the target was the proxy's own address"


def _hosts(numbers: Mapping[str, int]) -> str:
    most = sorted(numbers.items(), key=lambda item: -item[1])[:5]
    more = len(numbers) - len(most)
    return ", ".join(f"{host} ({number})" for host, number in most) + (f" and {more} more" if more > 0 else "")
