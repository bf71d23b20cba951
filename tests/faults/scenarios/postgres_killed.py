"""kill -9 of Postgres at random moments under load, again and again: traffic is unmoved."""

import time

from tests.faults.result import Result
from tests.faults.stage import Stage

LEDGERS = ("postgres",)


def run(stage: Stage) -> Result:
    sidecar = stage.start()
    server = stage.ledger.server
    assert server
    completed, broken = list[str](), list[str]()
    rounds = max(2, stage.scale.rounds // 5)
    for _ in range(rounds):
        with stage.load(sidecar, stage.scale.calls) as load:
            load.wait_for(stage.draw.randrange(1, stage.scale.calls))
            time.sleep(stage.draw.uniform(0, 0.2))
            server.kill()
            time.sleep(stage.draw.uniform(0, 1))
            server.start()
            completed += load.finish_whole(broken)
    return stage.close(sidecar, completed, broken, [f"{rounds} rounds"])
