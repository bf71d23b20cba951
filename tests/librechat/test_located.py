"""YAML keeps its lines, and a file that isn't YAML is an error that quotes nothing of it."""

import pytest
from farebox.errors import SettingsError
from farebox.librechat.located import Located, parse


def test_each_value_knows_its_file_and_line() -> None:
    root = parse("a.yaml", "one:\n  two: [3, four]\n  five: null\n")

    assert root.get("one", "two") is not None
    assert [(entry.text, entry.line) for entry in (root.get("one", "two") or root).entries()] == [("3", 2), ("four", 2)]
    five = root.get("one", "five")
    assert five is not None
    assert (five.file, five.line, five.text) == ("a.yaml", 3, None)
    assert root.get("one", "two", "six") is None
    assert list((root.get("one", "two") or root).items()) == []


def test_merged_mappings_and_the_tags_of_compose_are_read() -> None:
    root = parse("a.yaml", "x: &x {a: 1}\ny: {<<: *x, b: !reset null}\nz: !override [c]\n")

    assert {key: value.text for key, value in (root.get("y") or root).items()} == {"a": "1", "b": "null"}
    assert [entry.text for entry in (root.get("z") or root).entries()] == ["c"]


def test_a_mapping_within_itself_ends() -> None:
    root = parse("a.yaml", "a: &a {b: *a, c: 1}\n")

    assert root.get("a", "b") is not None
    assert root.get("a", "b", "c") is None


def test_an_empty_file_has_nothing() -> None:
    assert parse("a.yaml", "").get("a") is None


def test_a_file_that_is_not_yaml_is_an_error_without_its_text() -> None:
    with pytest.raises(SettingsError, match=r"^a\.yaml:2: not YAML \(.*\): correct it$") as raised:
        parse("a.yaml", "a: b\nkey: sk-canary: d\n")

    assert "canary" not in str(raised.value)


def test_a_scalar_s_text_is_that_of_a_scalar_alone() -> None:
    assert Located({}, "a", 1).text is None
    assert Located(1.5, "a", 1).text == "1.5"
