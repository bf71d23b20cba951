"""The name of a process, as `ps -o comm`, `top` and psutil show it."""

from contextlib import suppress
from pathlib import Path

# Linux keeps no more.
_LENGTH = 15


def take_name(module: str) -> None:
    """Name this process after the module that it runs, where the system allows it."""
    with suppress(OSError):
        Path("/proc/self/comm").write_text(module, encoding="ascii")


def runs(module: str, name: str, command: list[str]) -> bool:
    """Tell whether a process with this name and command line runs `module`; a forked one has its parent's command."""
    return name == module[:_LENGTH] or module in command
