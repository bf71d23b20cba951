"""The names of the tunings of mitmproxy, as `tunings_off` takes them; `proxy/tuning` has what they do."""

from typing import Literal

ALL = "all"
Tuning = Literal["all", "hook_table", "direct_hooks", "one_write", "one_event", "headers", "message_types"]
