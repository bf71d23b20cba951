"""farebox starts on a data folder that is read-only: traffic flows, and recording begins when it is writable again."""

from tests.faults import disks
from tests.faults.result import Result
from tests.faults.stage import Stage, dropped

lacks = disks.lacks_mounts


def run(stage: Stage) -> Result:
    assert stage.start().stop() == 0
    stage.running.enter_context(disks.mounted_over_itself(stage.home))
    broken: list[str] = []
    with disks.read_only(stage.home):
        sidecar = stage.start(environment={"FAREBOX_SPOOL_MEMORY": "8KiB"})
        completed = stage.calls(sidecar, broken, "--pace", "0.3")
        meanwhile = dropped(sidecar)
    completed += stage.calls(sidecar, broken, "--pace", "0.3")
    return stage.close(sidecar, completed, broken, [f"{meanwhile} dropped while it was read-only"], may_drop=True)
