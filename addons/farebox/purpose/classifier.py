"""Why a call was made: the first rule that matches, the settings' rules before the known ones."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec

from ..records.exchange import Request
from .builtin_rules import CHAT, DELEGATES, OF_OPERATION, RULES, SUBAGENT_HEADERS
from .rule import PurposeRule
from .shape import Shape

SUBAGENT = "subagent"


class Classifier:
    """Gives calls their purpose; what other calls say about it is up to the recorder."""

    def __init__(self, rules: Iterable[PurposeRule] = ()) -> None:
        self._rules = (*rules, *RULES)
        # Calls are alike: most rules need not be tried each time.
        self._possible = lru_cache(1024)(self._with_structure)

    def reason(self, request: Request, operation: str, shape: Shape) -> dict[str, Any]:
        """Return the purpose of a call, and what its structure says about other calls of the same turn.

        `is_delegating` is set if the call can start agents, `is_side_task` if it is short enough for a title.
        """
        headers = request.by_name
        rules = self._possible(operation, msgspec.structs.replace(shape, system="", user=""))
        rule = next((rule for rule in rules if rule.matches(operation, shape, headers)), None)
        if rule is not None:
            return {"purpose": rule.purpose}
        known = OF_OPERATION.get(operation)
        if known is not None:
            return {"purpose": known}
        if not SUBAGENT_HEADERS.isdisjoint(headers):
            return {"purpose": SUBAGENT}
        is_side_task = not shape.stream and shape.messages == 1 and not shape.tools and not shape.system
        is_delegating = shape.tools is not None and not DELEGATES.isdisjoint(shape.tools)
        return {"purpose": CHAT, "is_side_task": is_side_task, "is_delegating": is_delegating}

    def _with_structure(self, operation: str, shape: Shape) -> tuple[PurposeRule, ...]:
        """Return the rules that a request with the structure of `shape` may match, by its prompt and its headers."""
        return tuple(rule for rule in self._rules if rule.matches_structure(operation, shape))
