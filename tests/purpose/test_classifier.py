"""Why a call was made: LibreChat's own calls are told from chats, and a user's short call stays a chat."""

from typing import Any

import pytest
from farebox.purpose.classifier import Classifier
from farebox.purpose.rule import PurposeRule
from farebox.purpose.shape import shape_of
from farebox.records.exchange import request_to

TITLE = "Provide a concise, 5-word-or-less title for the conversation, using title case.\n\nUser: Hi\nAI: Hello"
STRUCTURED = "Analyze this conversation and provide:\n1. The detected language of the conversation\n2. A title"
LABEL = "Write a short label describing what was done. Rules: be short."


def user(text: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}]}


def system(prompt: str, text: str) -> dict[str, Any]:
    return {"messages": [{"role": "system", "content": prompt}, *user(text)["messages"]]}


def tools(*names: str) -> dict[str, Any]:
    return {"tools": [{"name": name} for name in names]}


def reason(
    body: dict[str, Any],
    *rules: PurposeRule,
    stream: bool = False,
    operation: str = "chat",
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    request = request_to("POST", "https://api.openai.com/v1/chat/completions", tuple((headers or {}).items()))
    return Classifier(rules).reason(request, operation, shape_of(body, stream=stream))


@pytest.mark.parametrize(
    ("body", "stream", "purpose"),
    [
        (user(TITLE), False, "title"),
        (user(TITLE), True, "chat"),
        (system("Be brief.", TITLE), False, "title"),
        (user(STRUCTURED) | tools("extract"), False, "title"),
        (user("Extract this.") | tools("extract"), False, "chat"),
        (system("Use the tools.", "Chat: ...") | tools("delete_memory", "set_memory"), False, "memory"),
        (system("Be brief.", "Hi") | tools("set_memory", "delete_memory", "search"), False, "chat"),
        (system("Be brief.", "Hi") | tools("set_memory", "delete_memory"), True, "chat"),
        (user("Hold on, before you continue I need a checkpoint."), True, "summary"),
        (system(LABEL, "lookup"), False, "activity_label"),
        (user("What is the capital of France?"), False, "chat"),
        (user("What is the capital of France?"), True, "chat"),
        ({}, False, "chat"),
    ],
)
def test_a_call_has_a_purpose(body: dict[str, Any], stream: bool, purpose: str) -> None:
    assert reason(body, stream=stream)["purpose"] == purpose


def test_an_operation_has_a_purpose() -> None:
    assert reason({"input": "a text"}, operation="embeddings") == {"purpose": "embedding"}
    assert reason({}, operation="list_models") == {"purpose": "models_list"}


def test_rules_of_the_settings_come_first() -> None:
    rule = PurposeRule("ticket_triage", begins=TITLE[:20])

    assert reason(user(TITLE), rule)["purpose"] == "ticket_triage"


@pytest.mark.parametrize(
    ("headers", "purpose"),
    [
        ({"x-openai-subagent": "compact"}, "summary"),
        ({"x-openai-subagent": "review"}, "subagent"),
        ({"x-claude-code-agent-id": "a1"}, "subagent"),
    ],
)
def test_agents_below_another_are_known_by_their_headers(headers: dict[str, str], purpose: str) -> None:
    assert reason(user("Hi"), stream=True, headers=headers)["purpose"] == purpose


def test_a_chat_says_what_other_calls_decide() -> None:
    assert reason(user("Hi")) == {"purpose": "chat", "is_side_task": True, "is_delegating": False}
    assert reason(user("Hi"), stream=True)["is_side_task"] is False
    assert reason(user("Hi") | tools("subagent"), stream=True)["is_delegating"] is True
