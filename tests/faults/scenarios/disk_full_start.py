"""farebox starts on a disk that is full: traffic flows, and recording begins once there is room, without a restart."""

from tests.faults import disks
from tests.faults.result import Result
from tests.faults.stage import Stage, dropped

lacks = disks.lacks_mounts


def run(stage: Stage) -> Result:
    disk = stage.home.parent
    stage.running.enter_context(disks.small(disk, "32m"))
    assert stage.start().stop() == 0
    broken: list[str] = []
    with disks.full(disk):
        sidecar = stage.start(environment={"FAREBOX_SPOOL_MEMORY": "8KiB"})
        completed = stage.calls(sidecar, broken, "--pace", "0.3")
        meanwhile = dropped(sidecar)
    completed += stage.calls(sidecar, broken, "--pace", "0.3")
    return stage.close(sidecar, completed, broken, [f"{meanwhile} dropped while it was full"], may_drop=True)
