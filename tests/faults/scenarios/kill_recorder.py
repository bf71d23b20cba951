"""kill -9 of the recorder alone, again and again under load: traffic is unmoved."""

import os
import signal
import time

from tests.faults.result import Result
from tests.faults.stage import RECORDER, Stage, pid_of


def run(stage: Stage) -> Result:
    sidecar = stage.start()
    broken: list[str] = []
    completed: list[str] = []
    for _ in range(max(2, stage.scale.rounds // 10)):
        with stage.load(sidecar, stage.scale.calls) as load:
            load.wait_for(stage.draw.randrange(1, stage.scale.calls))
            time.sleep(stage.draw.uniform(0, 0.1))
            os.kill(pid_of(sidecar, RECORDER), signal.SIGKILL)
            completed += load.finish_whole(broken)
    return stage.close(sidecar, completed, broken)
