"""Names in settings lose the characters that nobody sees, and other texts keep them."""

from pathlib import Path
from typing import Any

import pytest
from farebox.config.clean_names import NAMING, with_clean_names
from farebox.config.settings import Settings, load
from farebox.errors import SettingsError
from hypothesis import example, given
from msgspec import to_builtins

from tests.support.names import NAMES, invisible


def settings(content: dict[str, Any]) -> Settings:
    return load({"home": "/srv/farebox", "timezone": "UTC", **content}, environment={})


def named(name: str) -> dict[str, dict[str, Any]]:
    """Return settings that have `name` in every place of a name, by the place."""
    key, match = {"name": "k", "fingerprint": "0" * 16}, {"model": "m"}
    budget = {"name": "b", "scope": "user", "match": "u", "limit": "1 USD", "window": "day"}
    return {
        "sidecar": {"sidecar": name},
        "tags": {"attribution": {"tags": [name]}},
        **{f"key's {field}": {"keys": [{**key, field: name}]} for field in ("name", "user", "team", "project")},
        **{f"user's {field}": {"users": [{"id": "u", field: name}]} for field in ("id", "name", "team", "project")},
        "user's other id": {"users": [{"id": "u", "also": [name]}]},
        **{f"team's {field}": {"teams": [{"id": "t", field: name}]} for field in ("id", "name", "project")},
        "team's user": {"teams": [{"id": "t", "users": [name]}]},
        "team's key": {"keys": [{**key, "name": name}], "teams": [{"id": "t", "keys": [name]}]},
        **{f"budget's {field}": {"budgets": [{**budget, field: name}]} for field in ("name", "match")},
        "price's name": {"prices": [{"match": match, "name": name, "per_request": 1}]},
        "price's plan": {"prices": [{"match": match, "billing": "plan", "plan": name}]},
        "price's model": {"prices": [{"match": {"model": name}, "per_request": 1}]},
        "provider": {"providers": [{"name": name, "hosts": ["a.example"]}]},
        "destination": {"destinations": [{"name": name, "type": "webhook", "url": "https://a.example"}]},
        "purpose": {"purposes": [{"purpose": name, "stream": True}]},
    }


@pytest.mark.parametrize("place", named(""))
@given(name=NAMES)
@example(name="A\u202eb\x1b[31m\u200f")
def test_no_configured_name_has_characters_that_nobody_sees(place: str, name: str) -> None:
    try:
        loaded = settings(named(name)[place])
    except SettingsError:
        return

    assert not invisible(to_builtins(loaded))


@pytest.mark.parametrize("place", [place for place in named("") if place not in {"destination", "purpose"}])
def test_a_name_that_was_copied_with_such_characters_is_the_same_name(place: str) -> None:
    assert settings(named("\u2067a\u200f\x85nn\u2069")[place]) == settings(named("ann")[place])


def test_other_texts_are_kept_as_they_are() -> None:
    prompt = "First line\nSecond \u200f line"
    loaded = settings({"purposes": [{"purpose": "title", "begins": prompt}]})

    assert loaded.purposes[0].begins == prompt


def test_the_keys_with_names_exist() -> None:
    assert set(Settings.__struct_fields__) > NAMING


@pytest.mark.parametrize("content", ["text", None, [{"keys": "a\x1b"}]])
def test_what_is_no_mapping_is_left_to_others(content: object) -> None:
    assert with_clean_names(content) == content


def test_a_file_is_read_so_too(tmp_path: Path) -> None:
    file = tmp_path / "farebox.yaml"
    file.write_text('users:\n- {id: u, name: "Ann\\e[31m \\u202eB"}\n- id: v\n  name: |\n    Bob\n')

    assert [one.name for one in load(config=file, environment={}).users] == ["Ann[31m B", "Bob"]
