"""Keep faults of farebox out of the traffic."""

import functools
from collections.abc import Callable
from typing import Any, Protocol


class Guarded(Protocol):
    """An add-on that can stop metering a flow."""

    def give_up(self, data: object, error: Exception) -> None: ...


def guarded(hook: Callable[..., None]) -> Callable[..., None]:
    """Return `hook` wrapped so that it never raises: the fault is counted, and the flow continues unmetered."""

    @functools.wraps(hook)
    def safe(addon: Guarded, data: Any) -> None:
        try:
            hook(addon, data)
        except Exception as error:  # noqa: BLE001 - traffic first
            addon.give_up(data, error)

    return safe
