"""OpenAI's paths, requests, errors and usage."""

from typing import Any

import pytest
from farebox.dialects._base import Asked, Reply
from farebox.dialects._openai import (
    asked,
    error,
    failed,
    is_get_below,
    is_post,
    model_in_path,
    told_of_pictures,
    told_of_searches,
    usage,
    without_content,
)
from farebox.records.exchange import request_to
from farebox.records.usage import Usage
from farebox.wire.documents import Document

HOST = "https://api.openai.com"
CHAT = HOST + "/v1/chat/completions"
FORM = b'--b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/v1/embeddings", True),
        ("POST", "/v1/embeddings/", True),
        ("POST", "/v1/moderations", True),
        ("POST", "/v1/embeddings/1", False),
        ("GET", "/v1/embeddings", False),
    ],
)
def test_a_post_is_claimed_by_the_end_of_its_path(method: str, path: str, expected: bool) -> None:
    assert is_post(request_to(method, HOST + path), "/embeddings", "/moderations") is expected


@pytest.mark.parametrize(
    ("method", "path", "segments", "name"),
    [
        ("GET", "/v1/videos/video_1", ("v1", "videos"), "video_1"),
        ("GET", "/v1/videos/video_1/", ("v1", "videos"), "video_1"),
        ("GET", "/gateway/v1/videos/video_1", ("v1", "videos"), "video_1"),
        ("GET", "/v2/videos/video_1", ("v1", "videos"), None),
        ("GET", "/v1/videos", ("v1", "videos"), None),
        ("GET", "/v1/videos/video_1/content", ("v1", "videos"), None),
        ("GET", "/v1/threads/t_1/runs/run_1", ("threads", "*", "runs"), "run_1"),
        ("GET", "/videos/video_1", ("v1", "videos"), None),
        ("GET", "/v1/videos/two%20words", ("v1", "videos"), None),
        ("POST", "/v1/videos/video_1", ("v1", "videos"), None),
    ],
)
def test_a_get_names_one_id_below_its_segments(
    method: str, path: str, segments: tuple[str, ...], name: str | None
) -> None:
    assert is_get_below(request_to(method, HOST + path), *segments) == name


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/openai/deployments/gpt-4o/chat/completions", "gpt-4o"),
        ("/openai/deployments/my%2Dgpt/chat/completions", "my-gpt"),
        ("/v1/engines/davinci/completions", "davinci"),
        ("/v1/chat/completions", None),
        ("/openai/deployments/", None),
    ],
)
def test_a_path_may_name_the_model(path: str, model: str | None) -> None:
    assert model_in_path(request_to("POST", HOST + path)) == model


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"model": "m", "stream": True}, Asked("m", stream=True)),
        ({"model": "m", "stream": "true"}, Asked("m", stream=False)),
        ({"quality": "high"}, Asked("deployed", stream=False, context={"quality": "high"})),
        (
            {"web_search_options": {"search_context_size": "low"}, "size": "1x1"},
            Asked("deployed", stream=False, context={"search_context_size": "low", "size": "1x1"}),
        ),
    ],
    ids=str,
)
def test_a_body_goes_before_the_path(body: dict[str, Any], expected: Asked) -> None:
    assert asked(request_to("POST", HOST + "/openai/deployments/deployed/images"), body) == expected


@pytest.mark.parametrize(("stream", "expected"), [(b"true", True), (b"True", False), (b"false", False)])
def test_a_form_is_read_where_there_is_no_body(stream: bytes, expected: bool) -> None:
    fields = FORM % (b"model", b"m") + FORM % (b"stream", stream) + FORM % (b"size", b"1x1") + b"--b--\r\n"
    request = request_to("POST", HOST, (("content-type", "multipart/form-data; boundary=b"),), fields)

    assert asked(request, {}) == Asked("m", stream=expected, context={"size": "1x1"})


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {}),
        ({"web_search_options": {}}, {}),
        (
            {"web_search_options": {"search_context_size": "high", "search_type": "pro"}},
            {"search_context_size": "high", "search_type": "pro"},
        ),
        (
            {"tools": [{"type": "function"}, {"type": "web_search_preview", "search_context_size": "low"}]},
            {"search_context_size": "low"},
        ),
        ({"tools": [{"type": "file_search", "search_context_size": "low"}]}, {}),
        (
            {
                "web_search_options": {"search_context_size": "high"},
                "tools": [{"type": "web_search", "search_context_size": "low"}],
            },
            {"search_context_size": "high"},
        ),
        ({"tools": "web_search"}, {}),
        ({"tools": None}, {}),
    ],
    ids=str,
)
def test_searches_have_the_parameters_that_set_their_price(body: dict[str, Any], expected: dict[str, Any]) -> None:
    assert told_of_searches(body) == expected


def test_pictures_have_the_parameters_that_set_their_price() -> None:
    context = {"quality": "high", "size": "1x1", "resolution": "720p", "style": "vivid"}

    assert told_of_pictures(context) == {"quality": "high", "size": "1x1", "resolution": "720p"}
    assert told_of_pictures({"quality": "", "size": None}) == {}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, Reply(error_type="before")),
        ({"error": None}, Reply(error_type="before")),
        ({"error": {}}, Reply(error_type="before")),
        (
            {"error": {"type": "busy", "code": 429, "param": "n"}},
            Reply(error_type="busy", error_code="429", error_param="n", is_error=True),
        ),
        ({"error": "a sentence", "type": "beside"}, Reply(error_type="beside", is_error=True)),
        ({"error": {"message": "a sentence"}}, Reply(error_type="before", is_error=True)),
    ],
    ids=str,
)
def test_an_error_has_type_code_and_parameter(body: dict[str, Any], expected: Reply) -> None:
    assert failed(Reply(error_type="before"), body) == expected


def test_an_error_of_the_body_itself_is_one_without_fields_too() -> None:
    assert error(Reply(error_code="before", error_param="n"), {}) == Reply(
        error_code="before", error_param="n", is_error=True
    )


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"input_tokens": 5, "output_tokens": 2}, Usage(input_tokens=5, output_tokens=2)),
        (
            {
                "input_tokens_details": {
                    "cached_tokens": 1,
                    "cache_write_tokens": 2,
                    "audio_tokens": 3,
                    "image_tokens": 4,
                }
            },
            Usage(cache_read_tokens=1, cache_write_tokens=2, input_audio_tokens=3, input_image_tokens=4),
        ),
        (
            {"output_token_details": {"reasoning_tokens": 1, "audio_tokens": 2, "image_tokens": 3}},
            Usage(reasoning_tokens=1, output_audio_tokens=2, output_image_tokens=3),
        ),
        (
            {"input_tokens_details": {"cached_tokens": 1}, "input_token_details": {"cached_tokens": 2}},
            Usage(cache_read_tokens=1),
        ),
        (
            {"input_token_details": {"cached_tokens_details": {"audio_tokens": 1, "image_tokens": 2}}},
            Usage(units={"cache_read_audio_tokens": 1, "cache_read_image_tokens": 2}),
        ),
        ({"input_token_details": {"cached_tokens_details": {"audio_tokens": 0}}}, Usage()),
        ({}, Usage()),
    ],
    ids=str,
)
def test_details_lie_inside_the_totals(sent: dict[str, Any], expected: Usage) -> None:
    assert usage(sent) == expected


def test_an_api_without_streams_has_no_content_in_its_documents() -> None:
    assert without_content(Document("", {"delta": "text"})) is False
