"""YAML as farebox.yaml is read."""

import pytest
from farebox.config.yaml_text import parse


def test_numbers_and_days_stay_as_they_are_written_and_keys_are_text() -> None:
    assert parse("{no: 0.10, 1: 2026-11-01, a: [{b: 3}]}") == {"False": "0.10", "1": "2026-11-01", "a": [{"b": 3}]}


@pytest.mark.parametrize("text", ["a: [", "{a: 1, a: 2}", "[" * 5_000], ids=["not closed", "a key twice", "too deep"])
def test_what_is_no_yaml_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(text)
