"""A worker tells its parent where it listens once clients can use it, and names what keeps it from starting."""

import asyncio
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from farebox.config.settings import Settings, load
from farebox.errors import SettingsError
from farebox.proxy import server
from farebox.proxy.server import new_sidecar, run
from farebox.spool.telemetry import HeartbeatSender
from mitmproxy.proxy.layers.http import HttpStream
from mitmproxy.proxy.layers.http._http2 import Http2Client

from tests.support.flows import answered, flow_of


@pytest.fixture(autouse=True)
def leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Undo what ends with the process of a worker."""
    senders: list[HeartbeatSender] = []

    class Sender(HeartbeatSender):
        def __init__(self, home: Path) -> None:
            super().__init__(home)
            senders.append(self)

    monkeypatch.setattr(server, "HeartbeatSender", Sender)
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for sender in senders:
        sender.close()


class Parent:
    """The worker's parent: `message` is what it gets once the worker is ready; it then stops the worker."""

    def __init__(self, folder: Path) -> None:
        self.message: dict[str, Any] | None = None
        self.certificates: list[bool] = []
        self.is_listening = False
        self.beats = 0
        self._folder = folder
        self._stop: Callable[[], None] = lambda: None

    def on_stop(self, stop: Callable[[], None]) -> None:
        self._stop = stop

    def tell_ready(self, message: dict[str, Any]) -> None:
        self.message = message
        names = ("mitmproxy-ca-cert.pem", "ca-bundle.pem")
        self.certificates = [(self._folder / name).exists() for name in names]
        with closing(socket.socket()) as client:
            self.is_listening = client.connect_ex(("127.0.0.1", message["port"])) == 0

    def beat(self) -> None:
        self.beats += 1
        self._stop()


def settings_of(folder: Path, **values: Any) -> Settings:
    # A tuning stays in this process, where other tests expect mitmproxy's own code.
    own = {"home": str(folder), "port": 0, "metrics_port": 0, "tunings_off": ["all"]}
    return load({**own, **values}, environment={})


def start(folder: Path, **values: Any) -> Parent:
    parent = Parent(folder)
    asyncio.run(run(settings_of(folder, **values), 1, parent, parent.on_stop))  # type: ignore[arg-type]
    return parent


def test_a_worker_is_ready_once_it_listens_and_clients_can_trust_it(tmp_path: Path) -> None:
    parent = start(tmp_path)

    assert parent.message is not None
    port = parent.message["port"]
    assert parent.message == {"listening": [f"regular at 127.0.0.1:{port}"], "port": port, "mode": []}
    assert (parent.certificates, parent.is_listening, parent.beats > 0) == ([True, True], True, True)


def test_modes_are_reported_with_their_ports(tmp_path: Path) -> None:
    message = start(tmp_path, mode=["reverse:https://api.openai.com@0"]).message

    assert message is not None
    [mode] = message["mode"]
    port = mode.rpartition("@")[2]
    assert mode == f"reverse:https://api.openai.com@{port}"
    # It listens for TCP and, for HTTP/3, for UDP.
    assert set(message["listening"]) == {
        f"regular at 127.0.0.1:{message['port']}",
        f"reverse:https://api.openai.com@0 at 127.0.0.1:{port}",
    }
    assert port not in {"0", str(message["port"])}


def test_the_sidecar_s_spool_ends_with_it(tmp_path: Path) -> None:
    start(tmp_path)

    assert [path.stat().st_size for path in (tmp_path / "spool").rglob("*.seg")] in ([], [0])


def test_an_unknown_option_ends_the_start_before_it_listens(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(SystemExit):
        start(tmp_path, set=["no_such_option=1", "another=2"])

    assert "set: mitmproxy has no option another, no_such_option" in caplog.messages
    assert not (tmp_path / "ca-bundle.pem").exists()


def test_a_proxy_without_a_listener_ends_the_start(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(SystemExit):
        start(tmp_path, set=["server=false"])

    assert "set: server=false: farebox must listen, remove this option" in caplog.messages


def test_a_listener_that_cannot_start_ends_the_worker_in_order(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    parent = Parent(tmp_path)
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        mode = f"reverse:https://api.openai.com@{taken.getsockname()[1]}"

        with pytest.raises(SystemExit):
            asyncio.run(run(settings_of(tmp_path, mode=[mode]), 1, parent, parent.on_stop))  # type: ignore[arg-type]

    assert (parent.message, parent.beats) == (None, 0)
    [message] = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert "failed to listen on 127.0.0.1:" in message


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"script": ["/no/such/script.py"]}, r"^script: /no/such/script\.py is not a file$"),
        (
            {"mode": ["reverse:nonsense:"]},
            r"^mode: 'reverse:nonsense:' is not a mitmproxy mode: use one like reverse:https://HOST@PORT$",
        ),
        ({"mode": ["reverse:https://x@99999999"]}, r"^mode: 'reverse:https://x@99999999' is not a mitmproxy mode"),
        ({"set": ["listen_port=many"]}, r"^set: "),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, values: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        start(tmp_path, **values)


def test_the_add_ons_of_a_worker_share_its_output(tmp_path: Path) -> None:
    _, connections, _, _, sidecar = new_sidecar(settings_of(tmp_path))
    try:
        flow = flow_of()
        sidecar.requestheaders(flow)
        answered(flow)

        assert connections._output is sidecar._output
        assert connections._diagnostics is sidecar._diagnostics
        assert HttpStream.check_body_size.__module__ == "farebox.proxy.held_answers"
        assert Http2Client.ReceiveProtocolError.__module__ == "farebox.proxy.outcome"
    finally:
        sidecar._output.close(sidecar._diagnostics)
