"""Messages, tools and prompts are found in the bodies of every API."""

from typing import Any

import pytest
from farebox.purpose.shape import Shape, shape_of
from farebox.records.params import UNREAD

TEXT = [{"type": "text", "text": "Hi"}]
BODIES: dict[str, tuple[dict[str, Any], Shape]] = {
    "OpenAI chat": (
        {
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": TEXT}],
            "tools": [{"type": "function", "function": {"name": "lookup"}}],
            "response_format": {"type": "json_schema", "json_schema": {"name": "extract"}},
        },
        Shape(True, 1, frozenset({"lookup"}), "extract", True, "Be brief.", "Hi"),
    ),
    "OpenAI responses": (
        {
            "instructions": "Be brief.",
            "input": "Hi",
            "tools": [{"type": "web_search"}, {"type": "function", "name": "lookup"}],
            "text": {"format": {"type": "json_schema", "name": "answer"}},
        },
        Shape(True, 1, frozenset({"web_search", "lookup"}), "answer", True, "Be brief.", "Hi"),
    ),
    "Anthropic": (
        {
            "system": [{"type": "text", "text": "Be brief."}],
            "messages": [{"role": "user", "content": "Hi"}],
            "tools": [{"name": "extract", "input_schema": {}}],
        },
        Shape(True, 1, frozenset({"extract"}), None, False, "Be brief.", "Hi"),
    ),
    "Gemini": (
        {
            "systemInstruction": {"parts": [{"text": "Be brief."}]},
            "contents": [{"parts": [{"text": "Hi"}]}],
            "tools": [{"functionDeclarations": [{"name": "a"}, {"name": "b"}]}],
        },
        Shape(True, 1, frozenset({"a", "b"}), None, False, "Be brief.", "Hi"),
    ),
    "Bedrock": (
        {
            "system": [{"text": "Be brief."}],
            "messages": [{"role": "user", "content": [{"text": "Hi"}]}],
            "toolConfig": {"tools": [{"toolSpec": {"name": "lookup"}}]},
        },
        Shape(True, 1, frozenset({"lookup"}), None, False, "Be brief.", "Hi"),
    ),
    "a tool's result last": (
        {
            "messages": [
                {"role": "user", "content": "Hi"},
                {"role": "assistant", "content": ""},
                {"role": "tool", "content": "42"},
            ]
        },
        Shape(True, 3, frozenset(), None, False, "", "Hi"),
    ),
    "Anthropic's tool result last": (
        {
            "messages": [
                {"role": "user", "content": "Hi"},
                {"role": "user", "content": [{"type": "tool_result", "content": "42"}]},
            ]
        },
        Shape(True, 2, frozenset(), None, False, "", "Hi"),
    ),
    "a large body": ({"model": "m", "messages": UNREAD, "tools": UNREAD}, Shape(True)),
    "no conversation": ({}, Shape(True, None, frozenset())),
    "odd": ({"messages": [7, None, {"role": 7, "content": 7}], "tools": ["x", 7]}, Shape(True, 3, frozenset())),
}


@pytest.mark.parametrize("name", BODIES)
def test_the_shape_of_a_body(name: str) -> None:
    body, shape = BODIES[name]

    assert shape_of(body, stream=True) == shape


@pytest.mark.parametrize(
    ("body", "is_structured"),
    [
        ({"tool_choice": {"type": "tool", "name": "extract"}}, True),
        ({"tool_choice": {"type": "function", "function": {"name": "extract"}}}, True),
        ({"toolConfig": {"toolChoice": {"tool": {"name": "extract"}}}}, True),
        ({"response_format": {"type": "json_object"}}, True),
        ({"tool_choice": {"type": "auto"}}, False),
        ({"toolConfig": {"toolChoice": {"auto": {}}}}, False),
        ({"tool_choice": "auto", "tools": []}, False),
    ],
)
def test_an_answer_may_have_to_be_structured(body: dict[str, Any], is_structured: bool) -> None:
    assert shape_of(body, stream=False).is_structured is is_structured
