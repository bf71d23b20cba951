"""The kinds of a response's output are recognized in each API's form."""

from typing import Any

import pytest
from farebox.records.answer_kinds import CALLS, HIDDEN, SCORES, SHOWN, kinds_in


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"choices": [{"message": {"content": "Hm.", "tool_calls": None, "reasoning": None}}]}, set()),
        ({"choices": [{"message": {"tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]}}]}, {CALLS}),
        ({"choices": [{"delta": {"reasoning_content": "So"}}]}, {SHOWN}),
        ({"choices": [{"logprobs": {"content": [{"token": "a"}]}}]}, {SCORES}),
        ({"content": [{"type": "tool_use", "name": "f", "input": {}}]}, {CALLS}),
        ({"type": "content_block_start", "content_block": {"type": "server_tool_use", "name": "web_search"}}, {CALLS}),
        ({"delta": {"type": "thinking_delta", "thinking": "So"}}, {SHOWN}),
        ({"delta": {"type": "signature_delta", "signature": "EqQB"}}, {HIDDEN}),
        ({"content": [{"type": "redacted_thinking", "data": "EqQB"}]}, {HIDDEN}),
        ({"content": [{"type": "web_search_result", "encrypted_content": "EqQB"}]}, set()),
        ({"output": [{"type": "reasoning", "summary": [], "encrypted_content": "gAAA"}]}, {HIDDEN}),
        ({"output": [{"type": "reasoning", "summary": [{"type": "summary_text", "text": "So"}]}]}, {SHOWN}),
        ({"output": [{"type": "custom_tool_call", "input": "ls"}]}, {CALLS}),
        ({"response": {"reasoning": {"effort": "low", "summary": None}, "tools": [{"type": "function"}]}}, set()),
        ({"candidates": [{"content": {"parts": [{"text": "So", "thought": True}]}}]}, {SHOWN}),
        (
            {"candidates": [{"content": {"parts": [{"functionCall": {"name": "f"}, "thoughtSignature": "C"}]}}]},
            {CALLS, HIDDEN},
        ),
        ({"message": {"content": "", "thinking": "So"}}, {SHOWN}),
        ({"contentBlockStart": {"start": {"toolUse": {"name": "f"}}}}, {CALLS}),
        ("text", set()),
    ],
    ids=lambda value: "-".join(sorted(value)) or "none" if isinstance(value, set) else "",
)
def test_each_apis_form_is_recognized(document: Any, expected: set[str]) -> None:
    assert kinds_in(document) == expected


def test_a_document_of_a_million_objects_is_read_up_to_a_limit() -> None:
    assert kinds_in([{"reasoning_content": "So"}] + [[]] * 1_000_000) == frozenset()
