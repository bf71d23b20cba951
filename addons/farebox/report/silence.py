"""Why no call was recorded, from what the workers saw of their clients."""

from collections.abc import Iterator, Mapping

from ..spool.telemetry import Distrust, Sights
from .figures import plural


def reasons(sights: Sights) -> Iterator[str]:
    """Yield what may be why, each with its fix."""
    if not sights.connections:
        yield (
            "Nothing came to the proxy: the program made no request, or went round it. It must mind HTTPS_PROXY (Node "
            "from 22.21 and 24 on, with NODE_USE_ENV_PROXY=1), and NO_PROXY must not name the host."
        )
    for one in sights.distrust:
        yield (
            f"{distrust_line(one)}: it has roots of its own, or reads another variable than those that are set "
            "(SSL_CERT_FILE, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE, NODE_EXTRA_CA_CERTS)."
        )
    if sights.passed:
        yield (
            f"Passed undecrypted, as these are no known LLM hosts: {_hosts(sights.passed)}. Name yours in "
            "`intercept: {hosts: [...]}` of farebox.yaml."
        )
    if sights.unread:
        yield f"Requests that are no LLM call farebox reads: {_hosts(sights.unread)}."


def distrust_line(one: Distrust) -> str:
    """Return who does not trust the CA."""
    client = f"{one.agent} at {one.client}" if one.agent else f"a client at {one.client}"
    given_up = f"{plural(one.count, 'connection')} to {one.host} given up by {client}"
    return f"{given_up}, which does not trust farebox's CA"


def _hosts(numbers: Mapping[str, int]) -> str:
    most = sorted(numbers.items(), key=lambda item: -item[1])[:5]
    more = len(numbers) - len(most)
    return ", ".join(f"{host} ({number})" for host, number in most) + (f" and {more} more" if more > 0 else "")
