"""Keep a fault of ours out of the traffic."""

import functools
from collections.abc import Callable
from typing import Any, Protocol


class Guarded(Protocol):
    """An add-on that can go on without metering a flow."""

    def give_up(self, data: object, error: Exception) -> None: ...


def guarded(hook: Callable[..., None]) -> Callable[..., None]:
    """Return `hook` so that it never raises: the fault is counted, and the flow goes on unmetered."""

    @functools.wraps(hook)
    def safe(addon: Guarded, data: Any) -> None:
        try:
            hook(addon, data)
        except Exception as error:  # noqa: BLE001 - whatever it is, the user's call goes first
            addon.give_up(data, error)

    return safe
