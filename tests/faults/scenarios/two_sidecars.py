"""Two sidecars, started at once, record into one new Postgres; one is killed under load and started again."""

from concurrent.futures import ThreadPoolExecutor

from tests.faults.result import Result
from tests.faults.stage import Stage
from tests.support import processes
from tests.support.sidecar import Sidecar, redirected

LEDGERS = ("postgres",)


def run(stage: Stage) -> Result:
    completed, broken = list[str](), list[str]()
    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(lambda name: _start(stage, name), ("first", "second"))
    with stage.load(first, stage.scale.calls) as one, stage.load(second, stage.scale.calls) as other:
        other.wait_for(stage.scale.calls // 2)
        second.kill()
        completed += other.finish()
        completed += one.finish_whole(broken)
    processes.wait_for_group(second.process.pid)
    second = _start(stage, "second")
    with stage.load(first, stage.scale.calls) as one, stage.load(second, stage.scale.calls) as other:
        completed += [*one.finish_whole(broken), *other.finish_whole(broken)]
    stage.wait_until_recorded(second, completed)
    if second.stop(60) != 0:
        broken.append("the second sidecar did not stop in order")
    return stage.close(first, completed, broken)


def _start(stage: Stage, name: str) -> Sidecar:
    given = (*redirected(stage.upstream, stage.folder), "--ledger", stage.ledger.url)
    environment = {"FAREBOX_SIDECAR": name}
    return stage.running.enter_context(Sidecar(stage.home.with_name(name), *given, environment=environment))
