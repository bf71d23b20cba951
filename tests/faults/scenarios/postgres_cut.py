"""The connection to Postgres is cut in mid-transaction: while rows go in, and after the commit, before its answer."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from tests.faults.result import Result
from tests.faults.stage import Stage, wait_until
from tests.support.cutting import Cutting
from tests.support.postgres import Postgres

LEDGERS = ("postgres",)
# Of so many commits, one loses its answer.
_EVERY = 3
_IN_TRANSACTION = "SELECT pid FROM pg_stat_activity WHERE application_name = 'farebox' AND xact_start IS NOT NULL"


def run(stage: Stage) -> Result:
    server = stage.ledger.server
    assert server
    commits = iter(range(1_000_000_000))
    completed, broken = list[str](), list[str]()
    with Cutting(server.port, lambda sent: b"COMMIT" in sent and next(commits) % _EVERY == 0) as cutting:
        through = stage.ledger.url.replace(f":{server.port}/", f":{cutting.port}/")
        sidecar = stage.start("--ledger", through)
        with _terminating(stage, server) as terminated:
            for _ in range(max(2, stage.scale.rounds // 10)):
                completed += stage.calls(sidecar, broken)
            wait_until(lambda: bool(terminated), "a transaction to be cut")
        if not cutting.cut:
            broken.append("no commit lost its answer")
        notes = [f"{len(terminated)} transactions ended by the server, {cutting.cut} commits without an answer"]
        return stage.close(sidecar, completed, broken, notes)


@contextmanager
def _terminating(stage: Stage, server: Postgres) -> Iterator[list[int]]:
    """End a transaction of the recorder now and then, caught while a lock holds it; yield whose."""
    found: list[int] = []
    is_over = Event()

    def act() -> None:
        while not is_over.wait(stage.draw.uniform(0.2, 1)):
            with stage.ledger.held():
                time.sleep(0.3)
                found.extend(_terminate(server))

    thread = Thread(target=act)
    thread.start()
    try:
        yield found
    finally:
        is_over.set()
        thread.join()


def _terminate(server: Postgres) -> list[int]:
    with server.connect() as connection:
        pids = [pid for (pid,) in connection.execute(_IN_TRANSACTION)]
        return [
            pid for pid in pids if connection.execute("SELECT pg_terminate_backend(%s)", [pid]).fetchone() == (True,)
        ]
