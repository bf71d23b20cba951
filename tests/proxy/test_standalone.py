"""Inside a mitmdump, farebox listens where its settings say, keeps URLs out of the output, and has a recorder."""

import asyncio
import atexit
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from farebox.config.settings import load
from farebox.errors import FareboxError
from farebox.home.folder import holder
from farebox.proxy import standalone
from farebox.proxy.access import Access
from farebox.proxy.addon import Sidecar
from farebox.proxy.connections import Connections
from farebox.proxy.standalone import Defaults, RecorderChild, addons
from mitmproxy.addons.next_layer import NextLayer
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.test import taddons

from tests.support.processes import running


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The data folder of the environment; logging stays as it was."""
    factory = logging.getLogRecordFactory()
    for name, value in {"HOME": tmp_path / "home", "METRICS_PORT": 0, "WORKERS": 4, "HOST": "127.0.0.1"}.items():
        monkeypatch.setenv(f"FAREBOX_{name}", str(value))
    yield tmp_path / "home"
    logging.setLogRecordFactory(factory)


@pytest.fixture
def at_exit(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
    """What is to run at the end of the process."""
    registered: list[Callable[[], None]] = []
    monkeypatch.setattr(atexit, "register", registered.append)
    return registered


async def served(defaults: Defaults, listen_host: str) -> tuple[list[str], list[str]]:
    """Return the addresses of a mitmdump before and after `defaults` runs in it."""
    proxy = Proxyserver()
    with taddons.context(proxy, NextLayer()) as context:
        context.options.add_option("flow_detail", int, 1, "")
        context.options.update(listen_host=listen_host, listen_port=0, mode=["regular"])
        await proxy.setup_servers()
        defaults.load(None)  # type: ignore[arg-type]
        before = [address[0] for address in proxy.listen_addrs()]
        assert context.options.flow_detail == 0
        await defaults.running()
        after = [address[0] for address in proxy.listen_addrs()]
        await proxy.servers.update([])
        return before, after


def test_it_listens_where_the_settings_say() -> None:
    before, after = asyncio.run(served(Defaults(load()), ""))

    assert "0.0.0.0" in before
    assert after == ["127.0.0.1"]


def test_it_listens_where_mitmdump_is_told_to() -> None:
    before, after = asyncio.run(served(Defaults(load({"host": "127.0.0.9"})), "127.0.0.2"))

    assert before == after == ["127.0.0.2"]


def test_the_recorder_runs_until_mitmdump_has_ended(home: Path, at_exit: list[Callable[[], None]]) -> None:
    defaults, access, connections, _, _, sidecar, recorder = addons()
    assert isinstance(defaults, Defaults)
    assert isinstance(access, Access)
    assert isinstance(connections, Connections)
    assert isinstance(sidecar, Sidecar)
    assert isinstance(recorder, RecorderChild)
    child: Any = recorder._recorder.child.process

    async def run() -> None:
        recorder.running()
        recorder.done()

    asyncio.run(run())
    is_alive = child.poll() is None
    [end] = at_exit
    held = holder(home, "sidecar")
    end()
    sidecar._output.close(sidecar._diagnostics)

    assert (is_alive, held is not None) == (True, True)
    assert (child.returncode, holder(home, "sidecar")) == (0, None)
    assert child.pid not in {process.pid for process in running()}
    assert defaults._settings.workers == 1


def test_the_recorder_is_supervised_every_second(
    monkeypatch: pytest.MonkeyPatch, at_exit: list[Callable[[], None]]
) -> None:
    monkeypatch.setattr(standalone, "_TICK_SECONDS", 0.001)
    *_, sidecar, recorder = addons()
    assert isinstance(recorder, RecorderChild)
    assert isinstance(sidecar, Sidecar)
    seconds: list[float] = []
    supervised = asyncio.Event()

    def supervise(since: float) -> None:
        seconds.append(since)
        supervised.set()

    monkeypatch.setattr(recorder._recorder, "supervise", supervise)

    async def run() -> None:
        recorder.running()
        await supervised.wait()
        recorder.done()

    asyncio.run(run())
    at_exit[0]()
    sidecar._output.close(sidecar._diagnostics)

    assert set(seconds) == {0.001}


def test_a_data_folder_in_use_is_named(caplog: pytest.LogCaptureFixture, at_exit: list[Callable[[], None]]) -> None:
    *_, sidecar, recorder = addons()
    assert isinstance(recorder, RecorderChild)
    assert isinstance(sidecar, Sidecar)

    with pytest.raises(FareboxError, match="is in use by process"):
        addons()

    recorder._end()
    sidecar._output.close(sidecar._diagnostics)
    assert any("is in use by process" in message for message in caplog.messages)
