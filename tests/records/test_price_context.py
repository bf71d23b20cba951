"""What sets a price beside model and tier, and no text of anybody's."""

from typing import Any

import pytest
from farebox.records.exchange import Response, request_to
from farebox.records.price_context import price_context, region


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (
            {"processing": "batch", "search_context_size": "High"},
            {"processing": "batch", "search_context_size": "high"},
        ),
        ({"quality": "hd", "size": "1024x1792"}, {"quality": "hd", "size": "1024x1792"}),
        ({"size": "2K", "resolution": "1080p"}, {"size": "2k", "resolution": "1080p"}),
        ({"speed": "fast", "inference_geo": "us"}, {"speed": "fast", "inference_geo": "us"}),
        ({"speed": "standard", "inference_geo": "global", "latency": "standard"}, None),
        ({"inference_geo": "not_available"}, None),
        ({"speed": 1.5, "size": None, "quality": ["high"], "region": {}}, None),
        ({"speed": "swift", "quality": "hello", "size": "big", "resolution": "my street", "search_type": "x"}, None),
        ({"mood": "fast", "model": "gpt-4o"}, None),
        ({"inference_geo": "in the house of Ms Doe"}, None),
        ({}, None),
    ],
)
def test_known_names_with_their_words_are_kept(told: dict[str, Any], expected: dict[str, str] | None) -> None:
    assert price_context(told) == expected


@pytest.mark.parametrize(
    "word", ["us-central1", "europe-west4", "northamerica-northeast1", "eastus2", "swedencentral", "usgovvirginia"]
)
def test_regions_of_clouds_are_kept(word: str) -> None:
    assert price_context({"region": word}) == {"region": word}


@pytest.mark.parametrize("word", ["redacted", "jane", "us-", "-us", "eastus2000", "us-central1/x", "westwing", ""])
def test_what_is_no_region_is_not(word: str) -> None:
    assert price_context({"region": word}) is None


@pytest.mark.parametrize(
    ("url", "header", "expected"),
    [
        (
            "https://aiplatform.googleapis.com/v1/projects/p/locations/global/publishers/g/models/m:predict",
            "",
            "global",
        ),
        ("https://api.openai.com/v1/chat/completions", "", ""),
        ("https://r.openai.azure.com/openai/v1/responses", "East US 2", "EastUS2"),
    ],
)
def test_the_region_is_in_the_path_or_in_the_head(url: str, header: str, expected: str) -> None:
    head = Response(200, (("x-ms-region", header),) if header else ())

    assert region(request_to("POST", url), head) == expected
