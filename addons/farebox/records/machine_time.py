"""How long a call kept the machine of a model of one's own busy. Pure.

llama.cpp states the milliseconds of the prompt and of the answer, Ollama nanoseconds:
https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md,
https://github.com/ollama/ollama/blob/main/docs/api.md
"""

from collections.abc import Mapping
from typing import Any

# The word of `price_context` that holds a call's share of the machine's time, as measured by the worker.
SHARE = "machine_ms"
_TIMINGS, _OF_TIMINGS = "timings", ("prompt_ms", "predicted_ms")
_OF_OLLAMA, _NANOSECONDS = ("load_duration", "prompt_eval_duration", "eval_duration"), 1_000_000
_MEMBERS = frozenset({_TIMINGS, *_OF_OLLAMA})


def machine_ms(sent: Mapping[str, Any] | None, context: Mapping[str, str] | None) -> int | None:
    """Return the milliseconds that the machine worked for a call; None if neither server nor worker states them.

    A call that shared the machine with others has its share of the time. Alone, the server's own figure is exact: it
    leaves out the network and the queue.
    """
    share = (context or {}).get(SHARE, "")
    if share.isdecimal():
        return int(share)
    return stated_ms(sent or {})


def stated_ms(sent: Mapping[str, Any]) -> int | None:
    """Return the milliseconds of work that the server states; None if it states none."""
    if _MEMBERS.isdisjoint(sent):
        return None
    timings = sent.get(_TIMINGS)
    places = ((timings if isinstance(timings, dict) else {}, _OF_TIMINGS, 1), (sent, _OF_OLLAMA, _NANOSECONDS))
    for place, names, per in places:
        stated = [number for name in names if isinstance(number := place.get(name), int | float)]
        if stated and 0 < sum(stated) / per < 1e12:
            return max(1, round(sum(stated) / per))
    return None
