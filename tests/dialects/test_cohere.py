"""Cohere's paths, answers and billed units."""

from typing import Any

import pytest
from farebox.dialects._base import Asked, Reply
from farebox.dialects._cohere import asked, is_at, updated, usage
from farebox.records.exchange import request_to
from farebox.records.usage import Usage

HOST = "https://api.cohere.com"


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/v1/chat", True),
        ("POST", "/v2/chat", True),
        ("POST", "/v2/embed", True),
        ("POST", "/v2/chat/", True),
        ("POST", "/cohere/v2/chat", True),
        ("POST", "/gateway/api/v1/chat", False),
        ("POST", "/api/v1/chat", False),
        ("POST", "/v3/chat", False),
        ("POST", "/v2/rerank", False),
        ("POST", "/v2/chat/else", False),
        ("POST", "/chat", False),
        ("GET", "/v2/chat", False),
    ],
)
def test_a_path_is_claimed_below_any_prefix_but_api(method: str, path: str, expected: bool) -> None:
    assert is_at(request_to(method, HOST + path), "chat", "embed") is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"model": "command-r", "stream": True}, Asked("command-r", stream=True)),
        ({"model": "command-r", "stream": "true"}, Asked("command-r", stream=False)),
        ({"model": "write a poem"}, Asked(None, stream=False)),
    ],
    ids=str,
)
def test_a_stream_is_asked_for_by_true_alone(body: dict[str, Any], expected: Asked) -> None:
    assert asked(request_to("POST", HOST + "/v2/chat"), body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, Reply(response_id="old", usage={"old": 1})),
        ({"id": "new"}, Reply(response_id="new", usage={"old": 1})),
        ({"id": "new", "response_id": "newer"}, Reply(response_id="newer", usage={"old": 1})),
        ({"finish_reason": "COMPLETE"}, Reply(response_id="old", finish_reason="COMPLETE", usage={"old": 1})),
        ({"usage": {"a": 1}, "meta": {"b": 2}}, Reply(response_id="old", usage={"a": 1})),
        ({"meta": {"b": 2}}, Reply(response_id="old", usage={"b": 2})),
        ({"message": {"role": "assistant"}}, Reply(response_id="old", usage={"old": 1})),
        ({"message": "no such model"}, Reply(response_id="old", usage={"old": 1}, is_error=True)),
        (
            {"error_type": "rate_limit"},
            Reply(response_id="old", usage={"old": 1}, is_error=True, error_type="rate_limit"),
        ),
    ],
    ids=str,
)
def test_an_object_adds_to_the_reply(body: dict[str, Any], expected: Reply) -> None:
    assert updated(Reply(response_id="old", usage={"old": 1}), body) == expected


def test_an_error_stays_one() -> None:
    assert updated(Reply(is_error=True, error_type="busy"), {"id": "1"}).is_error
    assert updated(Reply(is_error=True, error_type="busy"), {"id": "1"}).error_type == "busy"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (
            {"billed_units": {"input_tokens": 5, "output_tokens": 2}, "tokens": {"input_tokens": 70}},
            Usage(input_tokens=5, output_tokens=2),
        ),
        ({"billed_units": {"image_tokens": 9}}, Usage(input_tokens=9, input_image_tokens=9)),
        (
            {"billed_units": {"input_tokens": 5, "image_tokens": 0}, "tokens": {"image_tokens": 4}},
            Usage(input_tokens=5, input_image_tokens=0),
        ),
        (
            {"billed_units": {"input_tokens": 5}, "tokens": {"image_tokens": 4}},
            Usage(input_tokens=5, input_image_tokens=4),
        ),
        (
            {"billed_units": {"output_tokens": 5}, "tokens": {"reasoning_tokens": 3}},
            Usage(output_tokens=5, reasoning_tokens=3),
        ),
        (
            {"billed_units": {"search_units": 1, "images": 2, "classifications": 3}},
            Usage(units={"search_units": 1, "images": 2, "classifications": 3}),
        ),
        ({"billed_units": {"search_units": 0}}, Usage()),
        ({}, Usage()),
    ],
    ids=str,
)
def test_billed_units_are_counted(sent: dict[str, Any], expected: Usage) -> None:
    assert usage(sent) == expected
