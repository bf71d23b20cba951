"""Patterns match hosts by whole labels."""

import pytest
from farebox.providers.hosts import host_matches


@pytest.mark.parametrize(
    ("pattern", "host", "port", "matches"),
    [
        ("llm.example", "llm.example", None, True),
        ("LLM.Example", "llm.example", 443, True),
        ("llm.example:8000", "llm.example", 8000, True),
        ("llm.example:8000", "llm.example", 80, False),
        ("llm.example:8000", "llm.example", None, False),
        ("*.example", "a.example", None, True),
        ("*.example", "a.b.example", None, True),
        ("*.example", "example", None, False),
        ("*.example", "a.example.evil", None, False),
        ("*.example", "aexample", None, False),
        ("a.*.example", "a.b.example", None, True),
        ("a.*.example", "a.b.c.example", None, False),
        ("a.*.example", "a.example", None, False),
        ("gpu-*.example", "gpu-7.example", None, True),
        ("gpu-*.example", "gpu-.example", None, True),
        ("gpu-*.example", "gpu-7.evil.example", None, False),
        ("*-gpu.example", "west-gpu.example", None, True),
        ("*-gpu.example", "a.west-gpu.example", None, False),
        ("ab*ba.example", "aba.example", None, False),
        ("*", "llm.example", None, True),
    ],
)
def test_a_pattern_matches_label_by_label(pattern: str, host: str, port: int | None, matches: bool) -> None:
    assert host_matches(pattern, host, port) is matches
