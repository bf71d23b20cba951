"""What a response consists of besides visible text: tool calls, thinking that is shown, and thinking that is hidden."""

from typing import Any

CALLS, SHOWN, HIDDEN, SCORES = "calls", "shown_thinking", "hidden_thinking", "scores"
_VALUES = 20_000
_CALL_NAMES = frozenset({"tool_calls", "functionCall", "toolUse", "function_call"})
_CALL_TYPES = ("tool_use", "_call", "tool_call")
_SHOWN_NAMES = frozenset({"reasoning_content", "thinking", "reasoning", "reasoning_text"})
_SHOWN_TYPES = frozenset({"summary_text", "reasoning_text"})
_HIDDEN_NAMES = frozenset({"signature", "thoughtSignature", "thought_signature", "redactedContent"})
# Items of thinking or of a summary, whose `data` or `encrypted_content` nobody can read.
_HIDDEN_TYPES = frozenset({"redacted_thinking", "reasoning", "reasoning.encrypted", "compaction"})
_SCORES = "logprobs"
_NAMES = frozenset({*_CALL_NAMES, *_SHOWN_NAMES, *_HIDDEN_NAMES, _SCORES})
_OPAQUE = ("encrypted_content", "data")


def kinds_in(document: Any) -> frozenset[str]:
    """Return which of CALLS, SHOWN, HIDDEN and SCORES a `document` of a response contains."""
    found, stack, seen = set[str | None](), [document], 0
    while stack and seen < _VALUES:
        value = stack.pop()
        seen += 1
        if isinstance(value, list):
            stack.extend(value)
        elif isinstance(value, dict):
            for name, inner in value.items():
                if inner and name in _NAMES:
                    found.add(_of_member(name, inner))
                if isinstance(inner, dict | list):
                    stack.append(inner)
            if "type" in value or "thought" in value:
                found.add(_of_object(value))
    return frozenset(kind for kind in found if kind)


def _of_member(name: str, value: Any) -> str | None:
    if name in _CALL_NAMES:
        return CALLS
    if name == _SCORES:
        return SCORES
    if not isinstance(value, str):
        return None
    if name in _SHOWN_NAMES:
        return SHOWN
    return HIDDEN if name in _HIDDEN_NAMES else None


def _of_object(value: dict[str, Any]) -> str | None:
    kind = value.get("type")
    if not isinstance(kind, str):
        return SHOWN if value.get("thought") is True and value.get("text") else None
    if kind.endswith(_CALL_TYPES):
        return CALLS
    if kind in _SHOWN_TYPES and value.get("text"):
        return SHOWN
    return HIDDEN if kind in _HIDDEN_TYPES and any(value.get(name) for name in _OPAQUE) else None
