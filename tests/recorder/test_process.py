"""The recorder's process, run in this one: what its parent gets from it, and what the terminal can't do to it."""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from farebox.config.settings import Settings
from farebox.config.spool_limits import Limits
from farebox.process import child
from farebox.process.child import OF_RUN, PIPE_VARIABLE, PROBLEM
from farebox.recorder.process import main
from farebox.records import reading as readings
from farebox.records.usage import Usage
from farebox.spool.writer import SpoolWriter
from farebox.store import run_bill

from tests.support.samples import reading

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)


class Parent:
    """The two pipes to the recorder, as its parent has them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        standard_input, self._orders = os.pipe()
        self._told, telling = os.pipe()
        monkeypatch.setattr(child, "_STANDARD_INPUT", standard_input)
        monkeypatch.setenv(PIPE_VARIABLE, str(telling))
        self._theirs = (standard_input, telling)

    def order(self, settings: Settings) -> None:
        """Give the settings, and the order to end once the recorder is ready."""
        os.write(self._orders, msgspec.json.encode(settings) + b"\n")
        self.first: dict[str, Any] = {}

        def stop() -> None:
            with os.fdopen(self._told, "rb", closefd=False) as told:
                self.first = json.loads(told.readline())
            os.write(self._orders, b".")

        self._waiting = threading.Thread(target=stop, daemon=True)
        self._waiting.start()

    def wait(self) -> None:
        self._waiting.join(60)
        # The recorder notices that its parent is gone, and reads no more.
        for file in (self._orders, self._told):
            os.close(file)


@pytest.fixture(autouse=True)
def unchanged() -> Iterator[None]:
    """What a process has but one of is as before."""
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    mask = os.umask(0o022)
    yield
    os.umask(mask)
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def parent(monkeypatch: pytest.MonkeyPatch) -> Parent:
    return Parent(monkeypatch)


def test_of_a_run_the_parent_gets_a_bill_that_others_cannot_read(
    parent: Parent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["recorder", OF_RUN])
    settings = Settings(
        home=str(tmp_path),
        ledger=f"sqlite:///{tmp_path / 'ledger.db'}",
        metrics_port=0,
        sidecar="run-1",
        timezone="UTC",
    )
    worker = SpoolWriter(tmp_path / "spool", "worker", Limits())
    call = reading(started_at=time.time_ns(), usage=Usage(input_tokens=900, output_tokens=100))
    worker.append(readings.encode(call))
    worker.close()

    parent.order(settings)
    code = main()
    parent.wait()

    bill, clients = run_bill.left_in(tmp_path)
    assert code == 0
    assert parent.first["metrics_port"] > 0
    assert (bill.total.calls, clients.untrusted) == (1, ())
    assert os.umask(0o077) == 0o077
    assert {signal.getsignal(number) for number in SIGNALS} == {signal.SIG_IGN}
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_mode & 0o077]


def test_a_ledger_that_cannot_be_used_ends_the_recorder_of_a_run_with_the_reason(
    parent: Parent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["recorder", OF_RUN])
    (tmp_path / "ledger.db").write_bytes(b"no database, but a text that is long enough for a header of one" * 20)
    settings = Settings(
        home=str(tmp_path), ledger=f"sqlite:///{tmp_path / 'ledger.db'}", metrics_port=0, timezone="UTC"
    )

    parent.order(settings)
    code = main()
    parent.wait()

    assert code == 1
    assert "ledger.db" in parent.first[PROBLEM]
