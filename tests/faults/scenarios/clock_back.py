"""The clock jumps back an hour under load, and forward again; for every process of the sidecar."""

import importlib.util
import sys
from pathlib import Path

from tests.faults.result import Result
from tests.faults.stage import Stage


def lacks() -> str | None:
    return None if _library() else "libfaketime, which is for Linux and macOS"


def run(stage: Stage) -> Result:
    clock = stage.folder / "clock"
    _set(clock, "+0")
    environment = {
        "LD_PRELOAD": str(_library()),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    sidecar = stage.start(environment=environment)
    calls, broken = stage.scale.calls, list[str]()
    with stage.load(sidecar, calls) as load:
        load.wait_for(calls // 3)
        _set(clock, "-3600")
        load.wait_for(calls * 2 // 3)
        _set(clock, "+0")
        completed = load.finish_whole(broken)
    return stage.close(sidecar, completed, broken)


def _set(clock: Path, offset: str) -> None:
    draft = clock.with_suffix(".new")
    draft.write_text(f"{offset}\n")
    draft.replace(clock)


def _library() -> Path | None:
    found = importlib.util.find_spec("libfaketime")
    if sys.platform != "linux" or found is None or found.origin is None:
        return None
    return next(Path(found.origin).parent.rglob("libfaketime.so*"), None)
