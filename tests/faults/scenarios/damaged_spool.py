"""A call in the spool is damaged while nothing runs: it alone is lost, kept in `dead-letter` and counted there."""

from tests.faults.result import Result
from tests.faults.stage import Stage, spools, wait_until
from tests.support import processes


def run(stage: Stage) -> Result:
    sidecar = stage.start()
    wait_until(lambda: sidecar.healthz()[1]["ledger"] == "ok", "the ledger")
    broken: list[str] = []
    with stage.ledger.held():
        completed = stage.calls(sidecar, broken, "--pace", "0.3")
        sidecar.kill()
    processes.wait_for_group(sidecar.process.pid)
    [segment] = spools(sidecar)[0].glob("*.seg")
    whole = segment.read_bytes()
    # No other's id begins with it.
    victim = next(call_id for call_id in completed if whole.count(call_id.encode()) == 1)
    segment.write_bytes(whole.replace(victim.encode(), victim.upper().encode()))
    again = stage.start()
    others = [call_id for call_id in completed if call_id != victim]
    others += stage.calls(again, broken, "--pace", "0.3")
    stage.wait_until_recorded(again, others)
    if again.metrics()["farebox_records_dead_lettered_total"] != 1:
        broken.append("farebox_records_dead_lettered_total does not count it")
    if len(list((stage.home / "dead-letter").glob("*.seg"))) != 1:
        broken.append("the damaged segment is not in dead-letter")
    if victim in stage.rows():
        broken.append("the damaged call is in the ledger")
    return stage.close(again, others, broken, ["1 call dead-lettered"])
