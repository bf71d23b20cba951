"""kill -9 while many rows wait in the spool for a ledger that is away; the next start records them."""

from tests.faults.result import Result
from tests.faults.stage import Stage, wait_until
from tests.support import processes


def run(stage: Stage) -> Result:
    sidecar = stage.start()
    wait_until(lambda: sidecar.healthz()[1]["ledger"] == "ok", "the ledger")
    broken: list[str] = []
    with stage.ledger.held(), stage.load(sidecar, stage.scale.spooled, "--clients", "40", "--pace", "0") as load:
        completed = load.finish_whole(broken)
        sidecar.kill()
    processes.wait_for_group(sidecar.process.pid)
    before = stage.rows().total()
    if before > stage.scale.spooled // 10:
        broken.append(f"{before} rows were recorded while the ledger was held")
    again = stage.start()
    return stage.close(again, completed, broken, [f"{before} rows before the start"])
