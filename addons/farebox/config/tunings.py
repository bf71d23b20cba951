"""The names of the tunings of mitmproxy, as `tunings_off` takes them; `proxy/tuning` has what they do."""

from typing import Literal

ALL = "all"
Tuning = Literal[
    "all", "hook_table", "direct_hooks", "one_write", "one_event", "splice", "headers", "contexts", "message_types"
]
# Releases with the code for which all of them were written.
KNOWN_MITMPROXY = frozenset({"12.3.1"})
