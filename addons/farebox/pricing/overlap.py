"""Compare the calls that two rules of the user's own prices match."""

import re
from datetime import date
from functools import lru_cache

from ..config.price_rules import Match, PriceRule

_PATTERNS = ("host", "model", "deployment", "path")
_NAMES = ("provider", "tier", "port", "key_kind", "billing")


def covers(wide: PriceRule, narrow: PriceRule) -> bool:
    """Tell whether `wide` matches every call that `narrow` matches."""
    return covers_match(wide.match, narrow.match) and _first(wide) <= _first(narrow) and _last(narrow) <= _last(wide)


def covers_match(wide: Match, narrow: Match) -> bool:
    """Tell whether `wide` matches every call that `narrow` matches, ignoring the days."""
    return (
        all(getattr(wide, name) in {None, getattr(narrow, name)} for name in _NAMES)
        and all(_is_wider(getattr(wide, name), getattr(narrow, name)) for name in _PATTERNS)
        and (wide.context or {}).items() <= (narrow.context or {}).items()
    )


def meet(one: PriceRule, other: PriceRule) -> bool:
    """Tell whether a call can match both rules."""
    return (
        _first(one) <= _last(other)
        and _first(other) <= _last(one)
        and all(_agree(getattr(one.match, name), getattr(other.match, name)) for name in _NAMES)
        and _may_meet(one.match.host, other.match.host)
        and _may_meet(one.match.path, other.match.path)
        # A deployment and a model are both requested names: rules for different names match different calls.
        and _may_meet(one.match.model or one.match.deployment, other.match.model or other.match.deployment)
        and all((other.match.context or {}).get(name, word) == word for name, word in (one.match.context or {}).items())
    )


def patterns_meet(one: str, other: str) -> bool:
    """Tell whether some name fits both patterns."""
    return _meet(re.sub(r"\*+", "*", one.lower()), re.sub(r"\*+", "*", other.lower()))


def _first(rule: PriceRule) -> date:
    return rule.effective_from or date.min


def _last(rule: PriceRule) -> date:
    return rule.effective_to or date.max


def _agree(one: object, other: object) -> bool:
    return one is None or other is None or one == other


def _is_wider(wide: str | None, narrow: str | None) -> bool:
    if wide is None or narrow is None:
        return wide is None
    # A `*` stands for any text, so only a `*` covers it.
    pattern = ".*".join(map(re.escape, wide.lower().split("*")))
    return re.fullmatch(pattern, narrow.lower().replace("*", "\0"), re.DOTALL) is not None


def _may_meet(one: str | None, other: str | None) -> bool:
    return one is None or other is None or patterns_meet(one, other)


@lru_cache(maxsize=4096)
def _meet(one: str, other: str) -> bool:
    if not one or not other:
        return set(one + other) <= {"*"}
    if one[0] == "*":
        return _meet(one[1:], other) or _meet(one, other[1:])
    if other[0] == "*":
        return _meet(one, other[1:]) or _meet(one[1:], other)
    return one[0] == other[0] and _meet(one[1:], other[1:])
