"""The running sidecar: whether it answers, and what it saw of its clients."""

from collections.abc import Iterator

from ..config.settings import Settings
from ..home.folder import holder
from ..process.client_environment import ProxyEndpoint
from ..report.figures import plural
from ..report.silence import untrusted_line
from ..supervisor.health import HealthReport, ask
from .finding import Finding, ok, problem, warning

MOST_SKEW_MS = 5000


def look(settings: Settings, endpoint: ProxyEndpoint) -> Iterator[Finding]:
    """Yield what the sidecar on `metrics_port` tells, where one runs."""
    metrics = f"http://{settings.host}:{settings.metrics_port}"
    told = ask(metrics)
    pid = holder(settings.folder, "sidecar")
    if told is not None and pid:
        yield from findings(told, endpoint)
    elif told is not None:
        yield warning(
            f"the farebox that answers at {metrics} has another data folder", "look at it with its FAREBOX_HOME set"
        )
    elif pid:
        yield problem(
            f"farebox runs (process {pid}) and does not answer at {metrics}", "give doctor the --metrics-port it has"
        )
    else:
        yield warning("no sidecar runs", "start `farebox up`, or one command with `farebox run -- CMD`")


def findings(told: HealthReport, endpoint: ProxyEndpoint) -> Iterator[Finding]:
    """Yield what is to say of what a sidecar told; who does not trust it is to take what `door` hands out."""
    trust = (
        f"set SSL_CERT_FILE={endpoint.bundle} (Python's openai, anthropic, httpx), "
        f"REQUESTS_CA_BUNDLE={endpoint.bundle} (requests, boto3), CURL_CA_BUNDLE={endpoint.bundle} (curl) "
        f"or NODE_EXTRA_CA_CERTS={endpoint.certificate} (Node, which reads it once, at its start)"
    )
    if told.workers:
        yield ok(
            f"sidecar runs, {plural(told.workers, 'worker')}, {plural(told.clients.connections, 'connection')} so far"
        )
        if told.workers < told.expected:
            yield warning(
                f"{told.workers} of {plural(told.expected, 'worker')} report: others are starting, or keep dying",
                "look at what `farebox up` printed",
            )
    else:
        yield problem(f"the sidecar has no worker ({told.status})", "look at what `farebox up` printed, start it anew")
    if told.trouble:
        yield problem(
            f"the ledger is away ({told.trouble}), {plural(told.pending, 'call')} in the spool",
            "mend that, unless it passes by itself",
        )
    if told.dropped:
        yield problem(
            f"{plural(told.dropped, 'call')} lost since the recorder began: the spool was full or not to be written",
            "free space in the data folder, or raise spool.limit; what was printed then says which",
        )
    for one in told.clients.untrusted:
        yield problem(untrusted_line(one), trust)
    for host, number in told.clients.passed.items():
        yield ok(f"{plural(number, 'connection')} to {host} passed undecrypted: no known LLM host")
    yield from _skew(told.clients.skew_ms)


def _skew(skew_ms: int | None) -> Iterator[Finding]:
    if skew_ms is None:
        return
    seconds = f"{abs(skew_ms) / 1000:.0f} s {'ahead of' if skew_ms > 0 else 'behind'} the providers'"
    if abs(skew_ms) > MOST_SKEW_MS:
        yield warning(
            f"this machine's clock is {seconds}: days, and prices by the hour, go by it", "timedatectl set-ntp true"
        )
    else:
        yield ok("this machine's clock agrees with the providers'")
