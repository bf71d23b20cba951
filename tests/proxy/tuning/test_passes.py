"""Commands of layers are carried out as mitmproxy does, in fewer writes and without tasks for hooks that return."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from farebox.proxy.tuning import hook_table, passes
from mitmproxy import options
from mitmproxy.addonmanager import AddonManager
from mitmproxy.connection import Server
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layers.http._hooks import HttpRequestHook, HttpResponseHook
from mitmproxy.proxy.mode_servers import ProxyConnectionHandler
from mitmproxy.proxy.mode_specs import ProxyMode
from mitmproxy.proxy.server import ConnectionHandler, ConnectionIO
from mitmproxy.test import taddons, tflow

_STOCK = {
    ConnectionHandler: ("server_event",),
    AddonManager: ("trigger_event", "handle_lifecycle"),
}
_METHODS = [(owner, name, getattr(owner, name)) for owner, names in _STOCK.items() for name in names]


class Transport:
    """The writer of one connection, which notes what is written."""

    def __init__(self, noted: list[Any]) -> None:
        self.noted = noted

    def get_extra_info(self, name: str, default: object = None) -> object:
        return {"peername": ("client.example", 1), "sockname": ("127.0.0.1", 2)}.get(name, default)

    def is_closing(self) -> bool:
        return False

    def write(self, data: bytes) -> None:
        self.noted.append(data)


class Layer:
    """A layer with a script: the commands to return to each event."""

    def __init__(self, noted: list[Any], commands_for: Callable[[events.Event], Iterator[commands.Command]]) -> None:
        self.noted = noted
        self.commands_for = commands_for

    def handle_event(self, event: events.Event) -> Iterator[commands.Command]:
        self.noted.append(type(event).__name__)
        yield from self.commands_for(event)


class Addon:
    def __init__(self, noted: list[Any], wait: Callable[[], Awaitable[None]] | None = None) -> None:
        self.noted = noted
        self.wait = wait

    def request(self, _flow: object) -> Awaitable[None] | None:
        self.noted.append("request")
        return self.wait() if self.wait else None

    def update(self, _flows: object) -> None:
        self.noted.append("update")


@pytest.fixture(params=["stock", "tuned"], autouse=True)
def tuning(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    for owner, name, stock in _METHODS:
        monkeypatch.setattr(owner, name, stock)
    monkeypatch.setattr(passes, "_on", set())
    if request.param == "tuned":
        assert hook_table.use_hook_table()
        assert passes.use_direct_hooks()
        assert passes.use_one_write()
    return str(request.param)


def play(
    commands_for: Callable[[ProxyConnectionHandler, events.Event], Iterator[commands.Command]],
    wait: Callable[[], Awaitable[None]] | None = None,
) -> list[Any]:
    """Return the events of a layer, the hooks of an add-on and the writes to a client, after one event."""
    noted: list[Any] = []

    async def run() -> None:
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
        with taddons.context(Addon(noted, wait)) as context:
            writer: Any = Transport(noted)
            mode = ProxyMode.parse("regular")
            handler = ProxyConnectionHandler(context.master, None, writer, options.Options(), mode)
            handler.layer = Layer(noted, lambda event: commands_for(handler, event))  # type: ignore[assignment]
            await handler.server_event(events.Start())
            await asyncio.sleep(0.02)

    asyncio.run(run())
    return noted


def test_a_hook_is_complete_after_the_pass_that_started_it() -> None:
    def script(handler: ProxyConnectionHandler, event: events.Event) -> Iterator[commands.Command]:
        if isinstance(event, events.Start):
            yield commands.SendData(handler.client, b"before")
            yield HttpRequestHook(tflow.tflow())
            yield commands.SendData(handler.client, b"after")

    assert play(script) == ["Start", b"before", "request", "update", b"after", "HookCompleted"]


def test_a_hook_that_waits_is_complete_once_it_has_waited() -> None:
    async def wait() -> None:
        await asyncio.sleep(0)

    def script(handler: ProxyConnectionHandler, event: events.Event) -> Iterator[commands.Command]:
        if isinstance(event, events.Start):
            yield HttpRequestHook(tflow.tflow())
            yield commands.SendData(handler.client, b"after")

    assert play(script, wait) == ["Start", "request", b"after", "update", "HookCompleted"]


def test_a_flow_that_is_intercepted_is_waited_for() -> None:
    flow = tflow.tflow()
    flow.intercept()

    def script(_handler: ProxyConnectionHandler, event: events.Event) -> Iterator[commands.Command]:
        if isinstance(event, events.Start):
            asyncio.get_running_loop().call_soon(flow.resume)
            yield HttpRequestHook(flow)

    assert play(script) == ["Start", "request", "update", "HookCompleted"]


def test_data_of_one_pass_is_written_at_once_and_in_order(tuning: str) -> None:
    other = Server(address=("server.example", 443))
    gone = Server(address=("gone.example", 443))

    def script(handler: ProxyConnectionHandler, _event: events.Event) -> Iterator[commands.Command]:
        handler.transports[other] = ConnectionIO(writer=handler.transports[handler.client].writer)
        yield commands.SendData(handler.client, b"1")
        yield commands.SendData(handler.client, b"2")
        yield commands.SendData(other, b"3")
        yield commands.SendData(gone, b"lost")
        yield commands.SendData(handler.client, b"4")

    assert play(script) == ["Start", *([b"12", b"3", b"4"] if tuning == "tuned" else [b"1", b"2", b"3", b"4"])]


def test_what_was_returned_before_a_crash_is_sent(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)

    def script(handler: ProxyConnectionHandler, event: events.Event) -> Iterator[commands.Command]:
        if isinstance(event, events.HookCompleted):
            yield commands.SendData(handler.client, b"after")
            return
        yield HttpResponseHook(tflow.tflow())
        yield commands.SendData(handler.client, b"before")
        raise ValueError("broken")

    assert play(script) == ["Start", "update", b"before", "HookCompleted", b"after"]
    assert "mitmproxy has crashed!" in caplog.text


def test_other_code_of_mitmproxy_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "are_known", lambda _: False)

    assert not passes.use_direct_hooks()
