"""Google's paths, modalities, tiers and errors."""

from typing import Any

import pytest
from farebox.dialects._base import Reply
from farebox.dialects._google import Target, begin, error_of, failed, media, modality, raw_publisher, target
from farebox.records.exchange import Response, request_to

HOST = "https://aiplatform.googleapis.com"
OTHERS = "/v1/projects/p/locations/l/publishers/mistralai/models/m"


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/v1beta/models/gemini-2.5-flash:generateContent", Target("gemini-2.5-flash", "generateContent")),
        ("POST", "/v1beta/models/gemini-2.5-flash%3AcountTokens", Target("gemini-2.5-flash", "countTokens")),
        ("POST", "/v1beta/models/a:b:predict", Target("a:b", "predict")),
        ("POST", "/v1beta/models/gemini", Target(None, "gemini")),
        ("GET", "/v1beta/models/gemini:generateContent", Target(None, "")),
    ],
)
def test_the_path_names_model_and_verb(method: str, path: str, expected: Target) -> None:
    assert target(request_to(method, HOST + path)) == expected


@pytest.mark.parametrize(
    ("path", "publisher"),
    [
        (OTHERS + ":rawPredict", "publishers/mistralai"),
        (OTHERS + ":streamRawPredict", "publishers/mistralai"),
        (OTHERS + ":predict", None),
        ("/v1/projects/p/locations/l/endpoints/1:rawPredict", None),
    ],
)
def test_a_raw_verb_names_the_publisher_of_the_api(path: str, publisher: str | None) -> None:
    assert raw_publisher(request_to("POST", HOST + path)) == publisher


@pytest.mark.parametrize(
    ("details", "name", "number"),
    [
        ([{"modality": "AUDIO", "tokenCount": 5}, {"modality": "TEXT", "tokenCount": 7}], "AUDIO", 5),
        ([{"modality": "audio", "tokens": 5}, {"modality": "AUDIO", "tokenCount": 7}], "AUDIO", 12),
        ([{"modality": 2, "tokenCount": 5}], "IMAGE", 5),
        ([{"modality": 3, "tokenCount": 5}], "VIDEO", 5),
        ([{"modality": 4, "tokenCount": 5}], "AUDIO", 5),
        ([{"modality": 2, "tokenCount": 5}], "AUDIO", None),
        ([{"modality": "AUDIO"}], "AUDIO", 0),
        ([{"modality": "AUDIO", "tokenCount": "5"}], "AUDIO", None),
        ([], "AUDIO", None),
        ({"modality": "AUDIO"}, "AUDIO", None),
        (["AUDIO"], "AUDIO", None),
    ],
    ids=str,
)
def test_tokens_of_a_modality_are_added_up(details: Any, name: str, number: int | None) -> None:
    assert modality(details, name) == number


def test_shares_of_media_are_units_where_there_are_any() -> None:
    cached = [{"modality": "AUDIO", "tokenCount": 1}, {"modality": "IMAGE", "tokenCount": 2}]
    read, made = ([{"modality": "VIDEO", "tokenCount": number}] for number in (3, 4))

    assert media(read=read, cached=cached, made=made) == {
        "cache_read_audio_tokens": 1,
        "cache_read_image_tokens": 2,
        "input_video_tokens": 3,
        "output_video_tokens": 4,
    }
    assert media(read=[{"modality": "VIDEO"}], cached=None, made=None) is None


def test_the_head_names_the_tier() -> None:
    assert begin(Response(200, (("x-gemini-service-tier", "priority"),))) == Reply(service_tier="priority")
    assert begin(Response(200)) == Reply()


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        ({"status": "INVALID_ARGUMENT", "code": 400}, "INVALID_ARGUMENT", "400"),
        (
            {"status": "INVALID_ARGUMENT", "code": 400, "details": [{"reason": "API_KEY_INVALID"}]},
            "INVALID_ARGUMENT",
            "API_KEY_INVALID",
        ),
        ({"message": "a sentence"}, "before", "1"),
        ({"status": "two words", "code": "two words"}, "before", "1"),
    ],
    ids=str,
)
def test_an_error_keeps_status_and_reason(error: dict[str, Any], kind: str, code: str) -> None:
    found = failed(Reply(error_type="before", error_code="1"), error)

    assert (found.is_error, found.error_type, found.error_code) == (True, kind, code)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"error": {"code": 1}}, {"code": 1}),
        ([{"error": {"code": 1}}], {"code": 1}),
        ([{}, {"error": {"code": 1}}], {}),
        ({"error": "text"}, {}),
        (None, {}),
    ],
    ids=str,
)
def test_an_error_may_be_wrapped_into_a_list(data: object, error: dict[str, Any]) -> None:
    assert error_of(data) == error
