"""The spool reaches its limit while the ledger is away: what is on the disk stays, what comes is counted as lost."""

from farebox.spool.bound import used

from tests.faults.result import Result
from tests.faults.stage import Stage, dropped, wait_until

_LIMIT = 4 << 20
_HEADERS = 60
# Each takes some 16 kB.
_CALLS = 400


def run(stage: Stage) -> Result:
    tags = ",".join(f"x-more-{number}" for number in range(_HEADERS))
    limits = {"FAREBOX_SPOOL_LIMIT": "4MiB", "FAREBOX_SPOOL_MEMORY": "64KiB", "FAREBOX_ATTRIBUTION_TAGS": tags}
    sidecar = stage.start("--workers", "2", environment=limits)
    wait_until(lambda: sidecar.healthz()[1]["ledger"] == "ok", "the ledger")
    broken: list[str] = []
    options = ("--clients", "20", "--pace", "0", "--headers", str(_HEADERS))
    with stage.ledger.held(), stage.load(sidecar, _CALLS, *options) as load:
        completed = load.finish_whole(broken)
        most = used(stage.home / "spool")
        wait_until(lambda: dropped(sidecar) > 0, "a loss to be counted")
        meanwhile = dropped(sidecar)
    if not _LIMIT * 0.9 < most < _LIMIT * 1.1:
        broken.append(f"the spool has {most} bytes")
    completed += stage.calls(sidecar, broken, "--pace", "0.3")
    notes = [f"{meanwhile} dropped, {most} bytes of {_LIMIT} in the spool"]
    return stage.close(sidecar, completed, broken, notes, may_drop=True)
