"""What mitmproxy does for one event of a connection: the commands that its layers return are carried out.

Two tunings change how. `one_write`: all data for a connection that comes in one pass goes out in one system call. It
never waits for anything else: whatever other command comes first sends it. `direct_hooks`: a hook whose functions
return at once is called in the pass itself, and its layer goes on in the same turn of the event loop, instead of in a
task that waits for the pass to end.
"""

import logging
from collections import deque
from collections.abc import Callable

from mitmproxy.connection import Connection
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.mode_servers import ProxyConnectionHandler
from mitmproxy.proxy.server import ConnectionHandler, ConnectionIO
from mitmproxy.utils import asyncio_utils

from ..patches._patch import Patch, apply
from . import hook_table
from ._known import Known, are_known

_Ended = deque[commands.StartHook]
_on: set[str] = set()
_stock_hook_task = ConnectionHandler.hook_task
_stock_handle_hook = ProxyConnectionHandler.handle_hook


def use_one_write() -> bool:
    """Join what one pass sends; False if mitmproxy's code is not what this was written for."""
    return _use("one_write")


def use_direct_hooks() -> bool:
    """Call hooks in the pass itself; False without the table of hooks, or if the code is not what this was made for."""
    return hook_table.is_used() and are_known(RELIED_ON) and _use("direct_hooks")


def _use(name: str) -> bool:
    if not apply(EVENT):
        return False
    _on.add(name)
    return True


def is_used() -> bool:
    """Tell whether farebox carries out what layers return."""
    return ConnectionHandler.server_event is _server_event


def _no_bypass(_handler: ConnectionHandler, event: events.Event) -> events.Event | None:
    return event


# Returns the event for the layers, or None for a read that `splice` has passed on by itself.
bypass: Callable[[ConnectionHandler, events.Event], events.Event | None] = _no_bypass


async def _server_event(handler: ConnectionHandler, given: events.Event) -> None:
    event = bypass(handler, given)
    if event is None:
        return
    async with handler._server_event_lock:  # noqa: SLF001 - this is mitmproxy's method
        handler.timeout_watchdog.register_activity()
        ended = _Ended()
        _pass(handler, event, ended)
        while ended:
            _pass(handler, events.HookCompleted(ended.popleft()), ended)


def _pass(handler: ConnectionHandler, event: events.Event, ended: _Ended) -> None:
    unsent: list[bytes] = []
    to: Connection | None = None
    try:
        for command in handler.layer.handle_event(event):
            # The class itself: data of other kinds, as of QUIC, is sent by itself.
            if type(command) is not commands.SendData:
                _send(handler, to, unsent)
                _execute(handler, command, ended)
                continue
            if command.connection is not to or "one_write" not in _on:
                _send(handler, to, unsent)
            to = command.connection
            unsent.append(command.data)
        _send(handler, to, unsent)
    except Exception:  # noqa: BLE001 - as mitmproxy does
        handler.log("mitmproxy has crashed!", logging.ERROR, exc_info=True)
        _send(handler, to, unsent)


def _send(handler: ConnectionHandler, to: Connection | None, unsent: list[bytes]) -> None:
    if to is None or not unsent:
        return
    data = unsent[0] if len(unsent) == 1 else b"".join(unsent)
    unsent.clear()
    # A connection that has been closed is not there any more.
    transport = handler.transports.get(to)
    if transport is not None:
        assert transport.writer
        if not transport.writer.is_closing():
            transport.writer.write(data)


def _execute(handler: ConnectionHandler, command: commands.Command, ended: _Ended) -> None:
    for kind, execute in _EXECUTE:
        if isinstance(command, kind):
            execute(handler, command, ended)
            return
    raise RuntimeError(f"Unexpected command: {command}")


def _hook(handler: ConnectionHandler, command: commands.StartHook, ended: _Ended) -> None:
    if "direct_hooks" not in _on or not _is_stock(handler):
        asyncio_utils.create_task(
            handler.hook_task(command),
            name=f"handle_hook({command.name})",
            keep_ref=True,
            client=handler.client.peername,
        )
        return
    try:
        rest = hook_table.start_lifecycle(handler.master.addons, command)  # type: ignore[attr-defined]
    except Exception:  # noqa: BLE001 - one that mitmproxy lets through: the hook never completes, the pass goes on
        handler.log(f"hook {command.name} failed", logging.ERROR, exc_info=True)
        return
    if rest is None:
        handler.timeout_watchdog.register_activity()
        if command.blocking:
            ended.append(command)
        return
    asyncio_utils.create_task(
        _finish_hook(handler, command, rest),
        name=f"handle_hook({command.name})",
        keep_ref=True,
        client=handler.client.peername,
    )


async def _finish_hook(handler: ConnectionHandler, command: commands.StartHook, rest: hook_table.Rest) -> None:
    with handler.timeout_watchdog.disarm():
        await rest
    if command.blocking:
        await handler.server_event(events.HookCompleted(command))


def _is_stock(handler: ConnectionHandler) -> bool:
    """Tell whether mitmproxy would call all add-ons of its own master, and do nothing else."""
    kind = type(handler)
    return (
        issubclass(kind, ProxyConnectionHandler)
        and kind.handle_hook is _stock_handle_hook
        and kind.hook_task is _stock_hook_task
    )


def _open(handler: ConnectionHandler, command: commands.OpenConnection, _ended: _Ended) -> None:
    assert command.connection not in handler.transports
    task = asyncio_utils.create_task(
        handler.open_connection(command),
        name=f"server connection handler {command.connection.address}",
        keep_ref=False,
        client=handler.client.peername,
    )
    handler.transports[command.connection] = ConnectionIO(handler=task)


def _wake_up(handler: ConnectionHandler, command: commands.RequestWakeup, _ended: _Ended) -> None:
    task = asyncio_utils.create_task(
        handler.wakeup(command),
        name=f"wakeup timer ({command.delay:.1f}s)",
        keep_ref=False,
        client=handler.client.peername,
    )
    handler.wakeup_timer.add(task)


def _of_connection(handler: ConnectionHandler, command: commands.ConnectionCommand, _ended: _Ended) -> None:
    if command.connection not in handler.transports:
        return
    if isinstance(command, commands.SendData):
        _send(handler, command.connection, [command.data])
        return
    assert isinstance(command, commands.CloseConnection), f"Unexpected command: {command}"
    is_half = isinstance(command, commands.CloseTcpConnection) and command.half_close
    handler.close_connection(command.connection, is_half)


def _log(handler: ConnectionHandler, command: commands.Log, _ended: _Ended) -> None:
    handler.log(command.message, command.level)


# In mitmproxy's order of precedence.
_EXECUTE: tuple[tuple[type[commands.Command], Callable[..., None]], ...] = (
    (commands.StartHook, _hook),
    (commands.OpenConnection, _open),
    (commands.RequestWakeup, _wake_up),
    (commands.ConnectionCommand, _of_connection),
    (commands.Log, _log),
)
EVENT = Patch(
    ConnectionHandler,
    "server_event",
    _server_event,
    without="each call takes two more writes and four more tasks",
    known=frozenset({"4b1672648073e4a4"}),
)
RELIED_ON = (
    Known(_stock_hook_task, frozenset({"4f89ffbcdd1ddb73"})),
    Known(_stock_handle_hook, frozenset({"b2090322d744a161"})),
)
