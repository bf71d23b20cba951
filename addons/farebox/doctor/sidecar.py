"""The running sidecar: whether it answers, and what it saw of its clients."""

from collections.abc import Iterator

from ..folder import holder
from ..health import Told, ask
from ..report.figures import plural
from ..report.silence import TRUST, distrust_line
from ..settings import Settings
from .finding import Finding, ok, problem, warning

MOST_SKEW_MS = 5000


def look(settings: Settings) -> Iterator[Finding]:
    """Yield what the sidecar on `metrics_port` tells, where one runs."""
    metrics = f"http://{settings.host}:{settings.metrics_port}"
    told = ask(metrics)
    if told is not None:
        yield from findings(told)
        return
    pid = holder(settings.folder, "sidecar")
    if pid:
        yield problem(
            f"farebox runs (process {pid}) and does not answer at {metrics}", "give doctor the --metrics-port it has"
        )
    else:
        yield warning("no sidecar runs", "start `farebox up`, or one command with `farebox run -- CMD`")


def findings(told: Told) -> Iterator[Finding]:
    """Yield what is to say of what a sidecar told."""
    if told.workers:
        yield ok(
            f"sidecar runs, {plural(told.workers, 'worker')}, {plural(told.clients.connections, 'connection')} so far"
        )
    else:
        yield problem(f"the sidecar has no worker ({told.status})", "look at what `farebox up` printed, start it anew")
    if told.trouble:
        yield problem(
            f"the ledger is away ({told.trouble}), {plural(told.pending, 'call')} in the spool", "mend the ledger"
        )
    for one in told.clients.distrust:
        what, _, _ = distrust_line(one).partition(": set ")
        yield problem(what, f"set {TRUST}")
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
