"""Postgres is stopped for a while under load: traffic is unmoved, what waits comes once it is back."""

import time

from tests.faults.result import Result
from tests.faults.stage import Stage, wait_until

LEDGERS = ("postgres",)


def run(stage: Stage) -> Result:
    sidecar = stage.start()
    server = stage.ledger.server
    assert server
    completed, broken = list[str](), list[str]()
    with stage.load(sidecar, stage.scale.calls) as load:
        load.wait_for(stage.scale.calls // 4)
        server.stop()
        returns_at = time.monotonic() + stage.scale.seconds
        completed += load.finish_whole(broken)
    while time.monotonic() < returns_at:
        completed += stage.calls(sidecar, broken)
    wait_until(lambda: sidecar.healthz()[1]["ledger"] == "behind", "the trouble to be told")
    waiting = sidecar.healthz()[1]["pending"]
    server.start()
    return stage.close(sidecar, completed, broken, [f"away for {stage.scale.seconds:.0f} s, {waiting} calls waited"])
