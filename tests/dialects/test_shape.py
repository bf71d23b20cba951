"""An answer is read by what it is, whatever API its path belongs to."""

from typing import Any

import pytest
from farebox.dialects import DIALECTS, dialect_of_answer
from farebox.dialects._shape import SHARED, shape_of
from farebox.wire.documents import Document

BY_NAME = {dialect.name: dialect for dialect in DIALECTS}
ANSWERS = [
    ({"object": "chat.completion.chunk", "choices": []}, "openai_chat"),
    ({"object": "chat.completion"}, "openai_chat"),
    ({"object": "response", "output": []}, "openai_responses"),
    ({"type": "response.created"}, "openai_responses"),
    ({"type": "message_start", "message": {}}, "anthropic_messages"),
    ({"type": "message", "role": "assistant"}, "anthropic_messages"),
    ({"type": "message-start"}, "cohere_chat"),
    ({"candidates": [], "usageMetadata": {}}, "gemini_generate"),
    ({"created_at": "", "done": False, "message": {}}, "ollama_chat"),
    ({"created_at": "", "done": False, "response": ""}, "ollama_generate"),
    ({"object": ["odd"], "type": 3}, None),
    ({"text": "The Ems."}, None),
    ([], None),
]


@pytest.mark.parametrize(("data", "name"), ANSWERS, ids=str)
def test_marks_name_a_dialect(data: Any, name: str | None) -> None:
    assert shape_of(Document("", data)) == name


@pytest.mark.parametrize(("data", "name"), ANSWERS, ids=str)
def test_an_answer_with_another_apis_marks_is_read_as_that(data: Any, name: str | None) -> None:
    claimed = BY_NAME["cohere_chat"]

    assert dialect_of_answer(claimed, Document("", data)).name == (name or "cohere_chat")


def test_a_dialect_with_paths_of_its_own_keeps_its_answers() -> None:
    claimed = BY_NAME["bedrock_invoke"]

    assert BY_NAME.keys() >= SHARED
    assert dialect_of_answer(claimed, Document("", {"type": "message_start"})) is claimed
