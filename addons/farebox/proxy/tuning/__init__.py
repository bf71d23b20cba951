"""Changes that make mitmproxy faster and nothing else: each named, made only in code that is known, and turned off by
`tunings_off`. Without them, mitmproxy runs as it is, as it does under `mitmdump -s addons/sidecar.py`.
"""

from collections.abc import Callable, Collection, Mapping

from .hook_table import use_hook_table

TUNINGS: Mapping[str, Callable[[], bool]] = {"hook_table": use_hook_table}


def tune(without: Collection[str]) -> list[str]:
    """Apply all tunings but those named in `without`; return the names of those that were applied."""
    return [name for name, apply in TUNINGS.items() if name not in without and apply()]
