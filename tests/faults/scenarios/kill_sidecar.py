"""kill -9 of all the sidecar's processes at random moments under load, again and again."""

import time

from tests.faults.result import Result
from tests.faults.stage import Stage
from tests.support import processes

_LEAST = 10
_TRIES = 5


def run(stage: Stage) -> Result:
    rounds = [_round(stage) for _ in range(stage.scale.rounds)]
    completed = [call_id for one in rounds for call_id in one]
    return stage.close(stage.start(), completed, notes=[f"{len(rounds)} rounds"])


def _round(stage: Stage) -> list[str]:
    """Return what was seen complete; a moment at which too little, or nothing more, was under way is drawn again."""
    calls = stage.scale.calls
    for _ in range(_TRIES):
        sidecar = stage.start(environment={"FAREBOX_SPOOL_SYNC": stage.draw.choice(("never", "always"))})
        with stage.load(sidecar, calls) as load:
            load.wait_for(stage.draw.randrange(_LEAST, calls - _LEAST))
            time.sleep(stage.draw.uniform(0, 0.1))
            sidecar.kill()
            completed = load.finish()
        processes.wait_for_group(sidecar.process.pid)
        if _LEAST <= len(completed) < calls:
            return completed
    raise AssertionError("no moment was a telling one")
