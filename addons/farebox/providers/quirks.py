"""How a host's usage departs from its dialect's convention: one named rule each, used by `table.py`.

A rule takes the Usage that the dialect read and the usage object as sent, and returns the correct Usage. Sources are
the recorded exchanges and, if a provider reports its cost, that cost.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from ..records import clean
from ..records.usage import Usage, total

Quirk = Callable[[Usage, Mapping[str, Any]], Usage]


def reasoning_beside_output(usage: Usage, _sent: Mapping[str, Any]) -> Usage:
    """Add the reasoning tokens, which `completion_tokens` and `total_tokens` exclude."""
    return msgspec.structs.replace(usage, output_tokens=total(usage.output_tokens, usage.reasoning_tokens))


def output_is_the_rest(usage: Usage, sent: Mapping[str, Any]) -> Usage:
    """Use `total_tokens` minus the prompt as output: thinking is counted nowhere else."""
    whole = clean.count(sent.get("total_tokens"))
    if whole is None or usage.input_tokens is None or whole < usage.input_tokens:
        return usage
    return msgspec.structs.replace(usage, output_tokens=whole - usage.input_tokens)
