"""The data folder becomes read-only, and worker and recorder die: both start again, traffic is unmoved."""

import os
import signal

from tests.faults import disks
from tests.faults.result import Result
from tests.faults.stage import RECORDER, WORKER, Stage, dropped, pid_of, wait_until
from tests.support.sidecar import Sidecar

lacks = disks.lacks_mounts


def run(stage: Stage) -> Result:
    sidecar = stage.start(environment={"FAREBOX_SPOOL_MEMORY": "8KiB"})
    broken: list[str] = []
    completed = stage.calls(sidecar, broken, "--pace", "0.3")
    stage.wait_until_recorded(sidecar, completed)
    stage.running.enter_context(disks.mounted_over_itself(stage.home))
    with disks.read_only(stage.home):
        killed = [pid_of(sidecar, module) for module in (RECORDER, WORKER)]
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: _serves(sidecar, killed), "worker and recorder to be back")
        pids = [pid_of(sidecar, module) for module in (RECORDER, WORKER)]
        completed += stage.calls(sidecar, broken, "--pace", "0.3")
        meanwhile = dropped(sidecar)
    completed += stage.calls(sidecar, broken, "--pace", "0.3")
    if [pid_of(sidecar, module) for module in (RECORDER, WORKER)] != pids:
        broken.append("recording did not resume without a restart")
    return stage.close(sidecar, completed, broken, [f"{meanwhile} dropped while it was read-only"], may_drop=True)


def _serves(sidecar: Sidecar, killed: list[int]) -> bool:
    """Tell whether both listen again, and hear each other."""
    try:
        return sidecar.is_listening() and sidecar.healthz()[1]["workers"] == 1 and pid_of(sidecar, WORKER) not in killed
    except OSError:
        return False
