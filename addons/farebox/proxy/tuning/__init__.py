"""Changes that make mitmproxy faster and nothing else: each named, made only in code that is known, and turned off by
`tunings_off`. Without them, mitmproxy runs as it is, as it does under `mitmdump -s addons/sidecar.py`.

They come after the patches of `proxy/patches`, some of which they build on.
"""

from collections.abc import Collection, Mapping

from ...config.tunings import ALL
from ..patches.trailers import PASS_ANSWERS
from . import contexts, headers, hook_table, message_types, one_event, passes, splice
from ._known import Tuning

TUNINGS: Mapping[str, Tuning] = {
    "hook_table": Tuning(hook_table.use_hook_table, (hook_table.TRIGGER, hook_table.LIFECYCLE), hook_table.RELIED_ON),
    "direct_hooks": Tuning(passes.use_direct_hooks, (passes.EVENT,), passes.RELIED_ON),
    "one_write": Tuning(passes.use_one_write, (passes.EVENT,)),
    "one_event": Tuning(one_event.use_one_event, (PASS_ANSWERS,)),
    "splice": Tuning(splice.use_splice, (splice.START, splice.RECEIVE), splice.RELIED_ON),
    "headers": Tuning(headers.use_headers, (headers.GET_ALL,), headers.RELIED_ON),
    "contexts": Tuning(contexts.use_contexts, (contexts.FORK,), contexts.RELIED_ON),
    "message_types": Tuning(message_types.use_message_types, (message_types.CHECK,), message_types.RELIED_ON),
}


def tune(without: Collection[str]) -> list[str]:
    """Apply all tunings but those in `without`, which can be `all`; return the names of those that were applied."""
    return [name for name in _wanted(without) if TUNINGS[name].use()]


def unknown(without: Collection[str]) -> list[str]:
    """Return the names of tunings that are not in `without`, but that this mitmproxy's code does not allow."""
    return [name for name in _wanted(without) if not TUNINGS[name].is_known]


def _wanted(without: Collection[str]) -> list[str]:
    return [] if ALL in without else [name for name in TUNINGS if name not in without]
