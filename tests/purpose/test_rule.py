"""A rule matches calls that have everything it names; wrong rules are errors that name the key and the fix."""

from typing import Any

import pytest
from farebox.config.settings import load
from farebox.errors import SettingsError
from farebox.purpose.rule import PurposeRule
from farebox.purpose.shape import Shape

SHAPE = Shape(
    False, 1, frozenset({"a", "b"}), "extract", False, "You write titles.", "Name this chat:\nUser: Hi\nTitle:"
)
HEADERS = {"x-job": "titles"}
MATCHING = [
    PurposeRule("title", operation="chat"),
    PurposeRule("title", stream=False, messages=1),
    PurposeRule("title", tools=("b", "a")),
    PurposeRule("title", schema="extract"),
    PurposeRule("title", system="You write titles"),
    PurposeRule("title", user="Name this chat"),
    PurposeRule("title", begins="You write titles"),
    PurposeRule("title", begins="Name this chat", ends="\nTitle:"),
    PurposeRule("title", headers={"x-job": "titles"}),
]
OTHERS = [
    PurposeRule("title", operation="embeddings"),
    PurposeRule("title", stream=True),
    PurposeRule("title", messages=2, stream=False),
    PurposeRule("title", tools=("a",)),
    PurposeRule("title", tools=()),
    PurposeRule("title", schema="answer"),
    PurposeRule("title", system="Name this chat"),
    PurposeRule("title", user="You write titles"),
    PurposeRule("title", begins="User: Hi"),
    PurposeRule("title", ends="Hi"),
    PurposeRule("title", headers={"x-job": "chats"}),
]
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "[0].purpose": ({"purpose": "A title", "stream": False}, "is not a purpose"),
    "[0]": ({"purpose": "title"}, "matches every call"),
    "[0].begins": ({"purpose": "title", "begins": "Hi"}, "shorter ones match what users write"),
    "[0].headers.X-Job": ({"purpose": "title", "headers": {"X-Job": "a"}}, "in small letters"),
}


@pytest.mark.parametrize("rule", MATCHING, ids=str)
def test_a_rule_matches_what_it_names(rule: PurposeRule) -> None:
    assert rule.matches("chat", SHAPE, HEADERS)


@pytest.mark.parametrize("rule", OTHERS, ids=str)
def test_a_rule_does_not_match_anything_else(rule: PurposeRule) -> None:
    assert not rule.matches("chat", SHAPE, HEADERS)


def test_a_body_that_was_not_read_has_no_tools_to_match() -> None:
    assert not PurposeRule("title", tools=()).matches("chat", Shape(), {})


@pytest.mark.parametrize("key", WRONG)
def test_a_wrong_rule_is_an_error_that_names_its_key(key: str) -> None:
    rule, problem = WRONG[key]

    with pytest.raises(SettingsError) as raised:
        load({"purposes": [rule]}, environment={})

    assert str(raised.value).startswith(f"purposes{key}: ")
    assert problem in str(raised.value)


def test_rules_are_settings() -> None:
    rule = {"purpose": "title", "stream": False, "messages": 1, "begins": "Name this chat"}

    assert load({"purposes": [rule]}, environment={}).purposes == (
        PurposeRule("title", stream=False, messages=1, begins="Name this chat"),
    )
