"""Wrong settings of attribution are errors that name the key and the fix."""

from typing import Any

import pytest
from farebox.config.settings import load
from farebox.errors import SettingsError

KEY = {"name": "production", "fingerprint": "0123456789abcdef"}
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "attribution.headers.team": ({"attribution": {"headers": {"team": ["x team"]}}}, "'x team' is not a header"),
    "attribution.headers.user_id": (
        {"attribution": {"headers": {"user_id": ["Authorization"]}}},
        "hold credentials, which are never stored",
    ),
    "attribution.remove": ({"attribution": {"remove": ["x-a.b"]}}, "'x-a.b' is not a header"),
    "keys[0].fingerprint": ({"keys": [{**KEY, "fingerprint": "sk-1"}]}, "a fingerprint has 16 hexadecimal digits"),
    "keys[0].name": ({"keys": [{**KEY, "name": ""}]}, "printable characters"),
    "users": ({"users": [{"id": "ann"}, {"id": "bob", "also": ["ann"]}]}, "'ann' is there twice"),
    "users[0].id": ({"users": [{"id": "sk-proj-abcdefghijklmnop"}]}, "don't look like a key"),
    "teams[0].keys": ({"teams": [{"id": "a", "keys": ["staging"]}]}, "'staging' is not the name of a key"),
}


@pytest.mark.parametrize("key", WRONG)
def test_a_wrong_setting_is_an_error_that_names_its_key(key: str) -> None:
    given, problem = WRONG[key]

    with pytest.raises(SettingsError) as raised:
        load(given, environment={})

    assert str(raised.value).startswith(f"{key}: ")
    assert problem in str(raised.value)


def test_good_settings_are_accepted() -> None:
    given: dict[str, Any] = {
        "attribution": {
            "tags": ["X-Team"],
            "headers": {"user_id": ["cf-aig-metadata.user_email"]},
            "remove": ["X-Internal-User"],
            "own_headers": "pass",
        },
        "keys": [{**KEY, "team": "research"}],
        "users": [{"id": "ann", "name": "Ann", "also": ["ann@example.com"]}],
        "teams": [{"id": "research", "users": ["*@example.com"], "keys": ["production"]}],
    }

    settings = load(given, environment={})

    assert settings.attribution.tags == ("x-team",)
    assert settings.attribution.headers.user_id == ("cf-aig-metadata.user_email",)
    assert settings.keys[0].team == "research"


def test_a_header_can_be_set_by_the_environment() -> None:
    settings = load(environment={"FAREBOX_ATTRIBUTION_HEADERS_USER_ID": "x-employee,x-mail"})

    assert settings.attribution.headers.user_id == ("x-employee", "x-mail")
