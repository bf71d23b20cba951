"""kill -9 of all the sidecar's processes and of Postgres together, at random moments under load, again and again."""

import time

from tests.faults.result import Result
from tests.faults.stage import Stage
from tests.support import processes

LEDGERS = ("postgres",)
_LEAST = 10


def run(stage: Stage) -> Result:
    server = stage.ledger.server
    assert server
    rounds, completed = max(2, stage.scale.rounds // 5), list[str]()
    for _ in range(rounds):
        sidecar = stage.start()
        with stage.load(sidecar, stage.scale.calls) as load:
            load.wait_for(stage.draw.randrange(_LEAST, stage.scale.calls))
            time.sleep(stage.draw.uniform(0, 0.1))
            server.kill()
            sidecar.kill()
            completed += load.finish()
        processes.wait_for_group(sidecar.process.pid)
        server.start()
    return stage.close(stage.start(), completed, [], [f"{rounds} rounds"])
