"""What a worker knows about its clients apart from calls: it explains why nothing is recorded."""

import statistics
from collections import Counter, OrderedDict, deque
from email.utils import parsedate_to_datetime
from functools import lru_cache

from mitmproxy import connection, http

from ..records import clean
from ..spool.telemetry import ClientDiagnostics, UntrustedConnections

_MOST_HOSTS = 50
_MOST_CLIENTS = 20
_DATES = 15
_OTHER = "(others)"


class DiagnosticsCollector:
    """Counts connections, undecrypted hosts, requests that no dialect reads, and clients that don't trust the CA.

    Everything is bounded and stays in memory: names of hosts, addresses and user agents, never a path.
    """

    def __init__(self) -> None:
        self._connections = 0
        self._passed: Counter[str] = Counter()
        self._unread: Counter[str] = Counter()
        self._untrusted: OrderedDict[tuple[str, str, str | None], int] = OrderedDict()
        self._untrusted_others = 0
        self._agents: dict[str, str] = {}
        self._own_address = 0
        self._unverified: Counter[str] = Counter()
        self._skews: deque[float] = deque(maxlen=_DATES)

    @property
    def tls_untrusted(self) -> int:
        return sum(self._untrusted.values()) + self._untrusted_others

    def connected(self, client: connection.Client) -> None:
        self._connections += 1
        self._agents.pop(client.id, None)

    def tunnel(self, flow: http.HTTPFlow) -> None:
        """Keep the user agent of a tunnel request: a failed handshake in the tunnel has none."""
        agent = clean.word(flow.request.headers.get("user-agent", "").partition(" ")[0])
        if agent:
            while len(self._agents) >= 1000:
                self._agents.pop(next(iter(self._agents)))
            self._agents[flow.client_conn.id] = agent[:64]

    def passed(self, host: str | None, note: str = "") -> None:
        """Count a connection to `host` that is not decrypted."""
        _count(self._passed, host, note)

    def unread(self, host: str, note: str = "") -> None:
        """Count a request to `host` that no dialect reads."""
        _count(self._unread, host, note)

    def unverified(self, host: str | None, reason: str) -> None:
        """Count a server whose certificate was refused for `reason`."""
        _count(self._unverified, host, reason)

    def own_address(self) -> None:
        """Count a connection whose target was the proxy itself."""
        self._own_address += 1

    def tls_failed(self, client: connection.Client, host: str | None) -> None:
        key = (
            clean.name(host) or "?",
            str(client.peername[0]) if client.peername else "?",
            self._agents.get(client.id),
        )
        self._untrusted[key] = self._untrusted.pop(key, 0) + 1
        if len(self._untrusted) > _MOST_CLIENTS:
            _, number = self._untrusted.popitem(last=False)
            self._untrusted_others += number

    def dated(self, date: str | None, now: float) -> None:
        """Compare an answer's `date` header with `now`, in seconds since 1970."""
        try:
            # A date has whole seconds: on average, the upstream's clock is half a second further.
            self._skews.append(now - _seconds(date or "") - 0.5)
        except (TypeError, ValueError, OverflowError):
            return

    def snapshot(self) -> ClientDiagnostics:
        """Return the totals since the start of this worker."""
        others = [UntrustedConnections(_OTHER, _OTHER, None, self._untrusted_others)] if self._untrusted_others else []
        latest = [UntrustedConnections(*key, number) for key, number in self._untrusted.items()]
        return ClientDiagnostics(
            connections=self._connections,
            passed=dict(self._passed),
            unread=dict(self._unread),
            untrusted=(*others, *latest),
            own_address=self._own_address,
            unverified=dict(self._unverified),
            skew_ms=round(statistics.median(self._skews) * 1000) if self._skews else None,
        )


# A server states the same date for a second.
@lru_cache(64)
def _seconds(date: str) -> float:
    return parsedate_to_datetime(date).timestamp()


def _count(hosts: Counter[str], host: str | None, note: str) -> None:
    name = clean.name(host) or "?"
    name = f"{name} ({note})" if note else name
    hosts[name if name in hosts or len(hosts) < _MOST_HOSTS else _OTHER] += 1
