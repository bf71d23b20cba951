"""Call the add-ons that have a hook, and no others.

mitmproxy looks for each hook in each add-on, twice for a flow, with a generator, a context manager and a coroutine for
each: a third of the CPU of a short call. The table has the functions by hook. It is made anew when the chain of
add-ons changes, or the add-ons within one, as when a script is loaded again. A function that an add-on gets later, by
itself, is not called.
"""

import inspect
import weakref
from collections.abc import Callable
from typing import Any, NamedTuple

from mitmproxy import exceptions, flow, hooks
from mitmproxy.addonmanager import AddonManager, safecall, traverse

from ..patches._patch import Patch, apply, digest

Functions = tuple[Callable[..., Any], ...]

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


class _Known(NamedTuple):
    function: Callable[..., Any]
    digests: frozenset[str]


_tables: "weakref.WeakKeyDictionary[AddonManager, _Table]" = weakref.WeakKeyDictionary()


def use_hook_table() -> bool:
    """Make the change; False if mitmproxy's code is not what this was written for."""
    is_known = all(digest(one.function) in one.digests for one in _RELIED_ON)
    return is_known and apply(_TRIGGER) and apply(_LIFECYCLE)


def _groups(manager: AddonManager, event: hooks.Hook) -> tuple[Functions, ...]:
    table = _tables.get(manager)
    if table is None or not table.is_of(manager):
        table = _tables[manager] = _Table(manager)
    return table.groups(manager, event)


async def invoke_addon(functions: Functions, arguments: list[Any]) -> None:
    """Call the functions of one add-on; it has the name by which mitmproxy cuts the traceback of a fault."""
    for function in functions:
        result = function(*arguments)
        if result is not None and inspect.isawaitable(result):
            await result


async def _trigger_event(manager: AddonManager, event: hooks.Hook) -> None:
    try:
        groups = _groups(manager, event)
    except exceptions.AddonManagerError:
        # Something that has the name of a hook is no function: mitmproxy says so each time.
        await _stock_trigger_event(manager, event)
        return
    arguments = event.args() if groups else []
    for functions in groups:
        try:
            with safecall():
                await invoke_addon(functions, arguments)
        except exceptions.AddonHalt:
            return


async def _handle_lifecycle(manager: AddonManager, event: hooks.Hook) -> None:
    message = event.args()[0]
    await _trigger_event(manager, event)
    if isinstance(message, flow.Flow):
        await _trigger_event(manager, hooks.UpdateHook([message]))


def _is(one: object, other: object) -> bool:
    return one is other


_SLOWER = "each hook costs a few hundred microseconds more"
_TRIGGER = Patch(AddonManager, "trigger_event", _trigger_event, _SLOWER, frozenset({"3345d5a6ca2757ed"}))
_LIFECYCLE = Patch(AddonManager, "handle_lifecycle", _handle_lifecycle, _SLOWER, frozenset({"fb7038af2963e3d5"}))
_RELIED_ON = (
    _Known(AddonManager.invoke_addon, frozenset({"dd9ed3a27331ae9c"})),
    _Known(_hooks_of, frozenset({"86786dc1bb46390c"})),
    _Known(traverse, frozenset({"271e474ffd255f10"})),
)
