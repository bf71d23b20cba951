"""Tools that OpenAI runs: units that are billed by call, by session and by picture."""

from typing import Any

import pytest
from farebox.dialects._base import Reply
from farebox.dialects._tools import pictures, used
from farebox.records.usage import Part, Usage

WHOLE = Usage(input_tokens=10, output_tokens=5)
PICTURES = Reply(seen=frozenset({("images", "ig_1"), ("images", "ig_2"), ("web_search_requests", "ws_1")}))
PAINTED = {"image_gen": {"input_tokens": 3, "output_tokens": 7, "total_tokens": 10}}


@pytest.mark.parametrize(
    ("item", "unit"),
    [
        ({"type": "web_search_call", "id": "1"}, ("web_search_requests", "1")),
        ({"type": "web_search_call", "id": "1", "action": {"type": "search"}}, ("web_search_requests", "1")),
        ({"type": "web_search_call", "id": "1", "action": {"type": "open_page"}}, None),
        ({"type": "web_search_call", "id": "1", "action": {"type": "find_in_page"}}, None),
        ({"type": "web_search_call", "id": "1", "status": "failed"}, None),
        ({"type": "web_search_call", "id": "1", "status": "completed"}, ("web_search_requests", "1")),
        ({"type": "file_search_call", "id": "2"}, ("file_search_requests", "2")),
        ({"type": "computer_call", "id": "3"}, ("computer_calls", "3")),
        ({"type": "image_generation_call", "id": "4"}, ("images", "4")),
        ({"type": "code_interpreter_call", "id": "5"}, ("code_interpreter_calls", "5")),
        (
            {"type": "code_interpreter_call", "id": "5", "container_id": "c"},
            ("code_interpreter_sessions", "c"),
        ),
        ({"type": "message", "id": "6"}, None),
        ({"type": ["web_search_call"]}, None),
        ("web_search_call", None),
    ],
    ids=str,
)
def test_an_item_is_billed_by_its_type(item: Any, unit: tuple[str, str] | None) -> None:
    assert list(used([item])) == ([unit] if unit else [])


def test_an_item_without_an_id_is_identified_by_its_index() -> None:
    item = {"type": "computer_call"}

    assert list(used([{}, item, item])) == [("computer_calls", 1), ("computer_calls", 2)]
    assert list(used([item], 7)) == [("computer_calls", 7)]
    assert list(used([item], 0)) == [("computer_calls", 0)]


@pytest.mark.parametrize("items", [None, {}, "web_search_call", {"type": "web_search_call"}], ids=str)
def test_a_value_that_is_not_a_list_has_no_items(items: object) -> None:
    assert list(used(items)) == []


def test_pictures_with_tokens_are_a_share_of_the_model_that_painted_them() -> None:
    response = {"tool_usage": PAINTED, "tools": [{"type": "image_generation", "model": "gpt-image-1.5"}]}

    found = pictures(PICTURES, response, WHOLE)

    painted = Part(Usage(input_tokens=3, output_tokens=7), "gpt-image-1.5")
    assert list(found.parts.values()) == [Part(WHOLE), painted]
    assert found.seen == {("web_search_requests", "ws_1")}


@pytest.mark.parametrize(
    ("item", "model", "context"),
    [
        ({"quality": "low", "size": "1024x1024"}, "gpt-image-1", {"quality": "low", "size": "1024x1024"}),
        ({}, None, {"quality": "high"}),
    ],
    ids=str,
)
def test_pictures_without_tokens_are_billed_by_the_piece(
    item: dict[str, Any], model: str | None, context: dict[str, str]
) -> None:
    output = [{"type": "message"}, {"type": "image_generation_call", **item}, {"type": "image_generation_call"}]
    response = {"output": output, "tools": [{"type": "image_generation", "quality": "high"}]}

    found = pictures(PICTURES, response, WHOLE)

    assert list(found.parts.values())[1] == Part(Usage(units={"images": 2}), model, price_context=context)


def test_a_painter_that_is_not_named_is_the_usual_one() -> None:
    assert list(pictures(Reply(), {"tool_usage": PAINTED}, WHOLE).parts.values())[1].model == "gpt-image-1"


@pytest.mark.parametrize(
    ("reply", "response", "whole"),
    [
        (Reply(), {}, WHOLE),
        (Reply(), {"tool_usage": {"image_gen": {"input_tokens": 3, "total_tokens": 0}}}, WHOLE),
        (PICTURES, {"tool_usage": PAINTED}, Usage()),
        (PICTURES, {"tool_usage": PAINTED}, Usage(input_tokens=1, units={"images": 2})),
    ],
    ids=["no pictures", "no tokens", "no usage yet", "counted by the usage"],
)
def test_without_pictures_to_bill_the_reply_stays(reply: Reply, response: dict[str, Any], whole: Usage) -> None:
    assert pictures(reply, response, whole) is reply
