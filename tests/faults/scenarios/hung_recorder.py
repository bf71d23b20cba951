"""The recorder hangs (SIGSTOP) under load: traffic is unmoved; after a minute the supervisor starts another."""

import os
import signal
import time
from contextlib import suppress

from tests.faults.result import Result
from tests.faults.stage import RECORDER, Stage, pid_of


def run(stage: Stage) -> Result:
    sidecar = stage.start()
    broken: list[str] = []
    completed: list[str] = []
    hung = pid_of(sidecar, RECORDER)
    resumes_at = 0.0
    with stage.load(sidecar, stage.scale.calls) as load:
        load.wait_for(5)
        os.kill(hung, signal.SIGSTOP)
        resumes_at = time.monotonic() + stage.scale.seconds
        completed += load.finish_whole(broken)
    while time.monotonic() < resumes_at:
        completed += stage.calls(sidecar, broken)
    note = f"it hung for {stage.scale.seconds:.0f} s and went on"
    if pid_of(sidecar, RECORDER) != hung:
        note = "the supervisor killed it and started another"
    with suppress(ProcessLookupError):
        os.kill(hung, signal.SIGCONT)
    return stage.close(sidecar, completed, broken, [note])
