"""The file of settings: which one, and what it contains."""

from pathlib import Path

import pytest
from farebox.config.settings import Settings, load
from farebox.config.sources import from_file, merge, named, paths
from farebox.errors import SettingsError

from tests.support.settings import load_file


def content_of(text: str) -> dict[str, object]:
    Path("given.yaml").write_text(text, encoding="utf-8")
    return from_file(Path("given.yaml"))


def test_the_file_in_the_current_folder_is_read() -> None:
    Path("farebox.yaml").write_text("port: 7", encoding="utf-8")

    assert load(environment={}).port == 7


def test_a_variable_names_the_file_and_the_command_line_beats_it() -> None:
    Path("farebox.yaml").write_text("port: 6", encoding="utf-8")
    Path("other.yaml").write_text("port: 7", encoding="utf-8")
    Path("option.yaml").write_text("port: 8", encoding="utf-8")
    environment = {"FAREBOX_CONFIG": "other.yaml"}

    assert load(environment=environment).port == 7
    assert load(config=Path("option.yaml"), environment=environment).port == 8
    assert named(None, {"FAREBOX_CONFIG": ""}) is None


@pytest.mark.parametrize("content", ["", "# nothing yet\n", "{}"], ids=["empty", "a comment", "an empty mapping"])
def test_a_file_without_keys_is_the_defaults(content: str) -> None:
    assert load_file(content) == load(environment={})


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"a: [", r":1: a bracket or a brace is not closed"),
        (b"\xff\xfe", ": it is not text in UTF-8: save it as that"),
        (b"port: 0b_", ": it is not YAML"),
        (b"prices: " + b"[" * 3000, ": its lists and groups lie too deep in each other"),
        (b"port: &a [*a]", ": its lists and groups lie too deep in each other"),
        (b"- port", ":1: the file is a list: write keys without a dash, such as `port: 8080`"),
        (b"port", ":1: there is no colon behind the key: write lines such as `port: 8080`"),
    ],
    ids=["cut", "not UTF-8", "no number", "too deep", "within itself", "a list", "a word"],
)
def test_a_file_that_is_not_settings_is_named(content: bytes, error: str) -> None:
    with pytest.raises(SettingsError, match=f"^given.yaml{error}"):
        load_file(content)


def test_a_key_that_stands_twice_is_refused_as_the_first_would_be_lost() -> None:
    first = "prices:\n  - {match: {model: a}, per_request: 1}\n"

    with pytest.raises(SettingsError, match=r"^given.yaml:4: the key 'prices' is there twice: merge both into one$"):
        load_file(f"{first}port: 5\n{first}")
    assert load_file(f"{first}port: 5").port == 5


def test_a_key_may_be_in_two_mappings() -> None:
    assert content_of("a: {c: 1}\nb: {c: 2}") == {"a": {"c": 1}, "b": {"c": 2}}


def test_numbers_with_a_fraction_and_days_stay_as_they_are_written() -> None:
    assert content_of("a: 0.10\nb: 2026-11-01\nc: 1e3\nd: 7\ne: [2.50]") == {
        "a": "0.10",
        "b": "2026-11-01",
        "c": "1e3",
        "d": 7,
        "e": ["2.50"],
    }


def test_keys_are_text_at_every_depth() -> None:
    assert content_of("1: a\nb: {no: c, list: [{2: d}]}") == {"1": "a", "b": {"False": "c", "list": [{"2": "d"}]}}


def test_a_named_file_must_exist() -> None:
    with pytest.raises(SettingsError, match=r"^missing.yaml cannot be read: No such file"):
        load(config=Path("missing.yaml"), environment={})


def test_paths_go_into_nested_structs_and_tell_which_keys_take_several_values() -> None:
    found = dict(paths(Settings))

    assert found["port",] is False
    assert found["mode",] is True
    assert found["intercept", "hosts"] is True
    assert found["intercept", "all"] is False
    assert ("intercept",) not in found


def test_merging_goes_into_mappings_and_the_later_value_wins() -> None:
    base = {"a": 1, "b": {"c": 1, "d": [1]}, "e": 1, "f": {"g": 1}}

    merge(base, {"a": 2, "b": {"d": [2]}, "e": {"h": 2}, "f": 2})

    assert base == {"a": 2, "b": {"c": 1, "d": [2]}, "e": {"h": 2}, "f": 2}
