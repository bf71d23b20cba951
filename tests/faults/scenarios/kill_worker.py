"""kill -9 of one worker of four at random moments under load: what its clients saw complete is recorded."""

import os
import signal

from tests.faults.result import Result
from tests.faults.stage import WORKER, Stage
from tests.support import processes


def run(stage: Stage) -> Result:
    sidecar = stage.start("--workers", "4")
    completed: list[str] = []
    for _ in range(max(2, stage.scale.rounds // 10)):
        with stage.load(sidecar, stage.scale.calls) as load:
            load.wait_for(stage.draw.randrange(1, stage.scale.calls * 3 // 4))
            workers = processes.children(sidecar.process.pid, WORKER)
            os.kill(stage.draw.choice(workers).pid, signal.SIGKILL)
            completed += load.finish()
    return stage.close(sidecar, completed)
