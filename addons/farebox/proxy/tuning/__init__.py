"""Changes that make mitmproxy faster and nothing else: each named, made only in code that is known, and turned off by
`tunings_off`. Without them, mitmproxy runs as it is, as it does under `mitmdump -s addons/sidecar.py`.

They come after the patches of `proxy/patches`, some of which they build on.
"""

from collections.abc import Callable, Collection, Mapping

from ...config.tunings import ALL
from .headers import use_headers
from .hook_table import use_hook_table
from .message_types import use_message_types
from .one_event import use_one_event
from .passes import use_direct_hooks, use_one_write

TUNINGS: Mapping[str, Callable[[], bool]] = {
    "hook_table": use_hook_table,
    "direct_hooks": use_direct_hooks,
    "one_write": use_one_write,
    "one_event": use_one_event,
    "headers": use_headers,
    "message_types": use_message_types,
}


def tune(without: Collection[str]) -> list[str]:
    """Apply all tunings but those in `without`, which can be `all`; return the names of those that were applied."""
    return [name for name, apply in TUNINGS.items() if not {name, ALL} & set(without) and apply()]
