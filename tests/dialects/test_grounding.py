"""Grounding is billed by the prompt before Gemini 3, and by the query since then."""

from typing import Any

import pytest
from farebox.dialects._grounding import MAPS, WEB, grounded, is_by_query

OLD, NEW = "gemini-2.5-flash", "gemini-3-pro"


def units(metadata: Any, model: str | None) -> dict[str, int]:
    found = list(grounded({"candidates": [{"groundingMetadata": metadata}]}, model))
    assert len(set(found)) == len(found)
    return {unit: sum(name == unit for name, _ in found) for unit in (WEB, MAPS)}


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("gemini-2.5-pro", False),
        ("gemini-3-pro", True),
        ("gemini-3.1-flash", True),
        ("models/gemini-10-pro", True),
        ("gemini-flash-latest", False),
        ("gemini-1", False),
        ("", False),
        (None, False),
    ],
)
def test_queries_are_billed_one_by_one_from_the_third_generation_on(model: str | None, expected: bool) -> None:
    assert is_by_query(model) is expected


@pytest.mark.parametrize(
    ("metadata", "model", "web", "maps"),
    [
        ({"webSearchQueries": ["a", "b"]}, OLD, 1, 0),
        ({"webSearchQueries": ["a", "b"]}, NEW, 2, 0),
        ({"webSearchQueries": ["a", "a", "", None, 7]}, NEW, 1, 0),
        ({"webSearchQueries": ["a"], "groundingChunks": [{"maps": {}}]}, NEW, 0, 1),
        ({"webSearchQueries": ["a", "b"], "groundingChunks": [{"maps": {}}]}, NEW, 0, 2),
        ({"webSearchQueries": ["a", "b"], "groundingChunks": [{"maps": {}}]}, OLD, 0, 1),
        ({"webSearchQueries": ["a", "b"], "groundingChunks": [{"maps": {}}, {"web": {}}]}, NEW, 2, 1),
        ({"webSearchQueries": ["a"], "groundingChunks": [{"maps": {}}], "searchEntryPoint": {}}, NEW, 1, 1),
        ({"groundingChunks": [{"maps": {}}]}, NEW, 0, 1),
        ({"groundingChunks": [{"web": {}}]}, NEW, 0, 0),
        ({"groundingChunks": [{"retrievedContext": {}}, "odd"]}, NEW, 0, 0),
        ({"groundingChunks": "odd", "webSearchQueries": "odd"}, NEW, 0, 0),
        ({}, NEW, 0, 0),
        (None, NEW, 0, 0),
    ],
    ids=str,
)
def test_searches_of_the_web_and_of_the_map_are_counted(metadata: Any, model: str, web: int, maps: int) -> None:
    assert units(metadata, model) == {WEB: web, MAPS: maps}


def test_each_candidate_is_counted() -> None:
    candidates = [{"groundingMetadata": {"webSearchQueries": [query]}} for query in ("a", "b", "a")]

    assert len(set(grounded({"candidates": [*candidates, {}, None]}, NEW))) == 2
    assert list(grounded({"candidates": {}}, NEW)) == []
