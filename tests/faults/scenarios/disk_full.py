"""The disk of the data folder is full for a while: traffic is unmoved, what memory cannot hold is counted as lost."""

from tests.faults import disks
from tests.faults.result import Result
from tests.faults.stage import RECORDER, WORKER, Stage, dropped, pid_of

lacks = disks.lacks_mounts


def run(stage: Stage) -> Result:
    disk = stage.home.parent
    stage.running.enter_context(disks.small(disk, "32m"))
    sidecar = stage.start(environment={"FAREBOX_SPOOL_MEMORY": "8KiB"})
    pids = [pid_of(sidecar, module) for module in (RECORDER, WORKER)]
    broken: list[str] = []
    completed = stage.calls(sidecar, broken, "--pace", "0.3")
    stage.wait_until_recorded(sidecar, completed)
    with disks.full(disk):
        completed += stage.calls(sidecar, broken, "--pace", "0.3")
    meanwhile = dropped(sidecar)
    completed += stage.calls(sidecar, broken, "--pace", "0.3")
    if [pid_of(sidecar, module) for module in (RECORDER, WORKER)] != pids:
        broken.append("recording did not resume without a restart")
    return stage.close(sidecar, completed, broken, [f"{meanwhile} dropped while it was full"], may_drop=True)
