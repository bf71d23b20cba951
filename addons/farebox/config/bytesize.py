"""Sizes in bytes as people write them: 512KiB, 1GiB, 2.5GB."""

import re

_UNITS: dict[str, int] = {
    "": 1,
    "B": 1,
    **{f"{letter}iB": 1 << 10 * power for power, letter in enumerate("KMGT", 1)},
    **{f"{letter}B": 1000**power for power, letter in enumerate("kMGT", 1)},
    "KB": 1000,
}
_SIZE = re.compile(r"(\d+)(?:\.(\d+))? ?([A-Za-z]*)")


def parse(text: str) -> int:
    """Return the number of bytes that `text` states. ValueError if it is not a size."""
    match = _SIZE.fullmatch(text.strip())
    unit = _UNITS.get(match[3]) if match else None
    if match is None or unit is None:
        raise ValueError(f"{text!r} is not a size: write a number of bytes, or 64MiB, 1GiB, 2.5GB")
    whole, fraction = match[1], match[2] or ""
    scale: int = 10 ** len(fraction)
    return int(whole + fraction) * unit // scale


def text(size: int) -> str:
    """Return `size` bytes in the largest binary unit of which it is a whole number."""
    units = [name for name in ("TiB", "GiB", "MiB", "KiB") if size and size % _UNITS[name] == 0]
    return f"{size // _UNITS[units[0]]}{units[0]}" if units else f"{size}B"
