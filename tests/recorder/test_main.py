"""The recorder as a whole, in this process: what it is told by its settings, and what it tells."""

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest
from farebox.config.budgets import Budget
from farebox.config.price_rules import Match, PriceRule
from farebox.config.settings import Settings
from farebox.config.spool_limits import Limits
from farebox.errors import LedgerAwayError
from farebox.process.child import PIPE_VARIABLE, Liveness
from farebox.recorder.process import record
from farebox.records import reading as readings
from farebox.records.usage import Usage
from farebox.spool.telemetry import Heartbeat, HeartbeatSender
from farebox.spool.writer import SpoolWriter
from farebox.store import queries
from farebox.store.engine import open_engine
from sqlalchemy import Engine

from tests.support.recorders import POISON
from tests.support.samples import reading
from tests.support.sidecar import wait_until

NOW = time.time_ns()
LIMIT = 'farebox_budget_limit_usd{budget="all of us",scope="all",window="month"}'
RULE = PriceRule(match=Match(model="own"), per_request=Decimal("0.25"))


class Running:
    """A recorder in this process; `get` asks it at the port that its parent was told."""

    def __init__(self, home: Path, port: int) -> None:
        self.home, self.port = home, port

    def get(self, path: str) -> str:
        return httpx2.get(f"http://127.0.0.1:{self.port}{path}", timeout=10, trust_env=False).text

    def metrics(self) -> dict[str, float]:
        lines = (line.rpartition(" ") for line in self.get("/metrics").splitlines() if not line.startswith("#"))
        return {name: float(value) for name, _, value in lines}


@contextmanager
def running(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """Run the recorder as its parent does, with a pipe on which it tells that it is ready."""
    told, telling = os.pipe()
    monkeypatch.setenv(PIPE_VARIABLE, str(telling))
    stopping, alone = threading.Event(), threading.Event()
    thread = threading.Thread(target=record, args=(settings, stopping, alone, Liveness()), daemon=True)
    thread.start()
    try:
        with os.fdopen(told, "rb") as pipe:
            yield Running(Path(settings.home), json.loads(pipe.readline())["metrics_port"])
            stopping.set()
            thread.join(60)
    finally:
        stopping.set()
        os.close(telling)
    assert not thread.is_alive()


def test_a_recorder_does_what_its_settings_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(
        home=str(tmp_path),
        ledger=f"sqlite:///{tmp_path / 'ledger.db'}",
        metrics_port=0,
        sidecar="by the river",
        timezone="UTC",
        prices=(RULE,),
        budgets=(Budget(name="all of us", scope="all", limit="10 USD", window="month"),),
    )
    calls = [
        reading(started_at=NOW, model_requested="own", usage=Usage(input_tokens=1, output_tokens=1)),
        reading(started_at=NOW, usage=POISON),
    ]
    with closing(SpoolWriter(tmp_path / "spool", "worker", Limits())) as worker:
        for call in calls:
            worker.append(readings.encode(call))
        with running(settings, monkeypatch) as recorder, closing(HeartbeatSender(tmp_path)) as sender:
            engine = open_engine(settings.ledger)
            wait_until(lambda: [row["id"] for row in _rows(engine)] == [calls[0].id])
            [row] = _rows(engine)
            sender.send(Heartbeat("w1"))
            wait_until(lambda: json.loads(recorder.get("/healthz"))["workers"] == 1)
            wait_until(lambda: LIMIT in recorder.metrics())
            shown, page = recorder.metrics(), recorder.get("/")
            engine.dispose()

    assert (row["sidecar"], row["cost_nanousd"]) == ("by the river", 250_000_000)
    assert len(list((tmp_path / "dead-letter").iterdir())) == 1
    assert shown[LIMIT] == 10
    assert shown["farebox_records_dead_lettered_total"] == 1
    assert shown['farebox_meter_failures_total{dialect="openai_chat"}'] == 0
    assert shown["farebox_price_catalogue_age_seconds"] > 0
    assert "by the river" in page
    assert not [name for name in shown if name.endswith("_created")]


def _rows(engine: Engine) -> list[dict[str, Any]]:
    """Return the ledger's rows; none before it is made."""
    try:
        return list(queries.all_calls(engine))
    except LedgerAwayError:
        return []
