"""Call the add-ons that have a hook, and no others.

mitmproxy looks for each hook in each add-on, twice for a flow, with a generator, a context manager and a coroutine for
each: a third of the CPU of a short call. The table has the functions by hook. It is made anew when the chain of
add-ons changes, or the add-ons within one, as when a script is loaded again. A function that an add-on gets later, by
itself, is not called.
"""

import inspect
import weakref
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from mitmproxy import exceptions, flow, hooks
from mitmproxy.addonmanager import AddonManager, safecall, traverse

from ..patches._patch import Patch, apply
from ._known import Known, are_known

Functions = tuple[Callable[..., Any], ...]
Rest = Coroutine[Any, Any, None]

_hooks_of = AddonManager._iter_hooks  # noqa: SLF001 - stays mitmproxy's
_stock_trigger_event = AddonManager.trigger_event


class _Table:
    """The functions of one chain, by the name of their hook and in groups by add-on."""

    def __init__(self, manager: AddonManager) -> None:
        self._chain = tuple(manager.chain)
        self._inner = [(one, list(one.addons)) for one in traverse(manager.chain) if hasattr(one, "addons")]
        self._groups: dict[str, tuple[Functions, ...]] = {}

    def is_of(self, manager: AddonManager) -> bool:
        """Tell whether the chain, and the add-ons within its add-ons, are still those of the table."""
        chain = self._chain
        return (
            len(chain) == len(manager.chain)
            and all(map(_is, chain, manager.chain))
            and all(list(one.addons) == inner for one, inner in self._inner)
        )

    def groups(self, manager: AddonManager, event: hooks.Hook) -> tuple[Functions, ...]:
        found = self._groups.get(event.name)
        if found is None:
            by_addon = (tuple(function for _, function in _hooks_of(manager, one, event)) for one in self._chain)
            found = self._groups[event.name] = tuple(filter(None, by_addon))
        return found


_tables: "weakref.WeakKeyDictionary[AddonManager, _Table]" = weakref.WeakKeyDictionary()


def use_hook_table() -> bool:
    """Make the change; False if mitmproxy's code is not what this was written for."""
    return are_known(RELIED_ON) and apply(TRIGGER) and apply(LIFECYCLE)


def _groups(manager: AddonManager, event: hooks.Hook) -> tuple[Functions, ...]:
    table = _tables.get(manager)
    if table is None or not table.is_of(manager):
        table = _tables[manager] = _Table(manager)
    return table.groups(manager, event)


def is_used() -> bool:
    """Tell whether mitmproxy calls hooks by the table."""
    return AddonManager.handle_lifecycle is _handle_lifecycle


def start_lifecycle(manager: AddonManager, event: hooks.Hook) -> Rest | None:
    """Call the functions of a hook, and then of `update`; return what is left once one of them has to be awaited.

    That includes waiting for a flow that an add-on has intercepted.
    """
    message = event.args()[0]
    is_flow = isinstance(message, flow.Flow)
    rest = _start(manager, event)
    if rest is not None:
        return _after(rest, manager, message) if is_flow else rest
    if not is_flow:
        return None
    rest = _start(manager, hooks.UpdateHook([message]))
    if rest is not None:
        return _resumed(rest, message)
    return message.wait_for_resume() if message.intercepted else None


async def _after(rest: Rest, manager: AddonManager, message: flow.Flow) -> None:
    await rest
    await _trigger_event(manager, hooks.UpdateHook([message]))
    await message.wait_for_resume()


async def _resumed(rest: Rest, message: flow.Flow) -> None:
    await rest
    await message.wait_for_resume()


def _start(manager: AddonManager, event: hooks.Hook) -> Rest | None:
    try:
        groups = _groups(manager, event)
    except exceptions.AddonManagerError:
        # Something that has the name of a hook is no function: mitmproxy says so each time.
        return _stock_trigger_event(manager, event)
    arguments = event.args() if groups else []
    for number, functions in enumerate(groups):
        try:
            awaited = invoke_addon_sync(functions, arguments)
        except exceptions.AddonHalt:
            return None
        except exceptions.OptionsError:
            raise
        except Exception:
            with safecall():
                raise
            continue
        if awaited is not None:
            return _rest(awaited, groups[number + 1 :], arguments)
    return None


def invoke_addon_sync(functions: Functions, arguments: list[Any]) -> Rest | None:
    """Call the functions of one add-on, and return what is left once one has to be awaited.

    It has one of the two names by which mitmproxy cuts the traceback of a fault.
    """
    for number, function in enumerate(functions):
        result = function(*arguments)
        if result is not None and inspect.isawaitable(result):
            return invoke_addon(functions[number + 1 :], arguments, result)
    return None


async def invoke_addon(functions: Functions, arguments: list[Any], first: Awaitable[Any]) -> None:
    """Await `first`, and call the functions after it; it has the other of those names."""
    await first
    for function in functions:
        result = function(*arguments)
        if result is not None and inspect.isawaitable(result):
            await result


async def _rest(awaited: Rest, groups: tuple[Functions, ...], arguments: list[Any]) -> None:
    rest: Rest | None = awaited
    for functions in ((), *groups):
        try:
            with safecall():
                rest = rest or invoke_addon_sync(functions, arguments)
                if rest is not None:
                    await rest
        except exceptions.AddonHalt:
            return
        finally:
            rest = None


async def _trigger_event(manager: AddonManager, event: hooks.Hook) -> None:
    rest = _start(manager, event)
    if rest is not None:
        await rest


async def _handle_lifecycle(manager: AddonManager, event: hooks.Hook) -> None:
    message = event.args()[0]
    await _trigger_event(manager, event)
    if isinstance(message, flow.Flow):
        await _trigger_event(manager, hooks.UpdateHook([message]))


def _is(one: object, other: object) -> bool:
    return one is other


_SLOWER = "each hook costs a few hundred microseconds more"
TRIGGER = Patch(AddonManager, "trigger_event", _trigger_event, _SLOWER, frozenset({"3345d5a6ca2757ed"}))
LIFECYCLE = Patch(AddonManager, "handle_lifecycle", _handle_lifecycle, _SLOWER, frozenset({"fb7038af2963e3d5"}))
RELIED_ON = (
    Known(AddonManager.invoke_addon, frozenset({"dd9ed3a27331ae9c"})),
    Known(_hooks_of, frozenset({"86786dc1bb46390c"})),
    Known(traverse, frozenset({"271e474ffd255f10"})),
)
