"""The running sidecar: whether it answers, and what it reports about its clients."""

from collections.abc import Iterator

from ..config import web_config
from ..config.settings import Settings
from ..home.folder import holder
from ..process.client_environment import ProxyEndpoint
from ..process.ports import url
from ..providers.table import provider_of
from ..report.figures import plural
from ..report.silence import UPSTREAM_CA, own_address_line, untrusted_line, unverified_line
from ..supervisor.health import HealthReport, ask
from .finding import Finding, ok, problem, warning

MAX_SKEW_MS = 5000


def check(settings: Settings, endpoint: ProxyEndpoint) -> Iterator[Finding]:
    """Yield the state of the sidecar on `metrics_port`, if one runs."""
    scheme = web_config.read(settings.web_config).scheme
    metrics = url(settings.metrics_host, settings.metrics_port, scheme)
    report = ask(metrics)
    pid = holder(settings.folder, "sidecar")
    if report is not None and pid:
        yield from findings(report, endpoint)
    elif report is not None:
        yield warning(
            f"the farebox that answers at {metrics} has another data folder",
            "set FAREBOX_HOME to that folder to check it",
        )
    elif pid:
        yield problem(
            f"farebox runs (process {pid}) but doesn't answer at {metrics}",
            "pass the --metrics-port that it was started with",
        )
    else:
        yield warning("no sidecar runs", "start `farebox up`, or one command with `farebox run -- CMD`")


def findings(report: HealthReport, endpoint: ProxyEndpoint) -> Iterator[Finding]:
    """Yield what `report` shows; clients that don't trust the CA are referred to the files of `endpoint`."""
    yield from _workers(report)
    if report.trouble:
        yield problem(
            f"the ledger is unavailable ({report.trouble}), {plural(report.pending, 'call')} in the spool",
            "fix that, unless it passes by itself",
        )
    if report.dropped:
        yield problem(
            f"{plural(report.dropped, 'call')} lost since the recorder started: the spool was full or not writable",
            "free space in the data folder, or raise spool.limit; the output of `farebox up` says which",
        )
    trust = (
        f"set SSL_CERT_FILE={endpoint.bundle} (Python's openai, anthropic, httpx), "
        f"REQUESTS_CA_BUNDLE={endpoint.bundle} (requests, boto3), CURL_CA_BUNDLE={endpoint.bundle} (curl) "
        f"or NODE_EXTRA_CA_CERTS={endpoint.certificate} (Node, which reads it only at its start)"
    )
    for untrusted in report.clients.untrusted:
        yield problem(untrusted_line(untrusted), trust)
    if report.clients.own_address:
        yield problem(
            own_address_line(report.clients.own_address),
            "set the client's base URL to the provider's, or to a route of the proxy such as /openai/v1",
        )
    for host, number in report.clients.unverified.items():
        yield problem(unverified_line(host, number), UPSTREAM_CA)
    for host, number in report.clients.passed.items():
        yield _passed(host, plural(number, "connection"))
    for host, number in report.clients.unread.items():
        yield from _unread(host, plural(number, "request"))
    yield from _skew(report.clients.skew_ms)


def _unread(host: str, number: str) -> Iterator[Finding]:
    if host.endswith("(gRPC)"):
        yield warning(
            f"{number} to {host} not recorded: farebox doesn't read this API",
            "nothing, if these are no LLM calls; else have the client use the provider's HTTP API",
        )
    elif (provider := provider_of(host)) is not None:
        yield ok(f"{number} to {host} ({provider.name}) passed unread: not LLM calls that are known")


def _passed(host: str, connections: str) -> Finding:
    """Return that connections to `host` passed; many LLM hosts that serve other traffic too aren't decrypted."""
    provider = provider_of(host)
    if provider is None:
        return ok(f"{connections} to {host} passed undecrypted: not a known LLM host")
    return warning(
        f"{connections} to {host} passed undecrypted: LLM calls of {provider.name} in them are lost",
        f"add it to farebox.yaml: intercept: {{hosts: [{host}]}}",
    )


def _workers(report: HealthReport) -> Iterator[Finding]:
    if not report.workers:
        yield problem(f"the sidecar has no worker ({report.status})", "see the output of `farebox up`, and restart it")
        return
    connections = plural(report.clients.connections, "connection")
    yield ok(f"sidecar runs, {plural(report.workers, 'worker')}, {connections} so far")
    if report.workers < report.expected:
        yield warning(
            f"{report.workers} of {plural(report.expected, 'worker')} report: the others are starting or keep failing",
            "see the output of `farebox up`",
        )


def _skew(skew_ms: int | None) -> Iterator[Finding]:
    if skew_ms is None:
        return
    seconds = f"{abs(skew_ms) / 1000:.0f} s {'ahead of' if skew_ms > 0 else 'behind'} the providers'"
    if abs(skew_ms) > MAX_SKEW_MS:
        yield warning(
            f"this machine's clock is {seconds}: reports by day and prices by the hour depend on it",
            "timedatectl set-ntp true",
        )
    else:
        yield ok("this machine's clock agrees with the providers'")
