"""Ollama's paths, requests and counts."""

from typing import Any

import pytest
from farebox.dialects._base import Asked, Reply
from farebox.dialects._ollama import asked, fold, is_at, usage
from farebox.records.exchange import request_to
from farebox.records.usage import Usage
from farebox.wire.documents import Document

HOST = "http://localhost:11434"


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/api/chat", True),
        ("POST", "/api/generate/", True),
        ("POST", "/ollama/api/chat", True),
        ("POST", "/api/show", False),
        ("POST", "/chat", False),
        ("POST", "/api/chat/else", False),
        ("GET", "/api/chat", False),
    ],
)
def test_a_path_is_claimed_by_its_end(method: str, path: str, expected: bool) -> None:
    assert is_at(request_to(method, HOST + path), "chat", "generate") is expected


@pytest.mark.parametrize(("stream", "expected"), [({}, True), ({"stream": True}, True), ({"stream": False}, False)])
def test_a_stream_is_asked_for_unless_the_body_says_false(stream: dict[str, Any], expected: bool) -> None:
    request = request_to("POST", HOST + "/api/chat")

    assert asked(request, {"model": "llama3:8b", **stream}) == Asked("llama3:8b", stream=expected)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"model": "llama3"}, Reply(model="llama3")),
        ({"model": None, "done": False}, Reply(model="old")),
        ({"done": True, "done_reason": "stop"}, Reply(model="old", finish_reason="stop", is_complete=True)),
        ({"done": "yes"}, Reply(model="old")),
        ({"eval_count": 3, "total_duration": 9}, Reply(model="old", usage={"eval_count": 3, "total_duration": 9})),
        ({"eval_count": None, "context": [1, 2]}, Reply(model="old")),
        ({"error": "no such model"}, Reply(model="old", is_error=True)),
        ({"error": ""}, Reply(model="old")),
        (None, Reply(model="old")),
    ],
    ids=str,
)
def test_an_object_adds_to_the_reply(body: Any, expected: Reply) -> None:
    assert fold(Reply(model="old"), Document("", body)) == expected


def test_values_read_before_stay() -> None:
    before = Reply(model="m", usage={"eval_count": 3}, finish_reason="stop", is_error=True, is_complete=True)

    assert fold(before, Document("", {})) == before


def test_a_cached_prompt_has_no_count() -> None:
    assert usage({"prompt_eval_count": 5, "eval_count": 3}) == Usage(input_tokens=5, output_tokens=3)
    assert usage({"eval_count": 3}) == Usage(output_tokens=3)
