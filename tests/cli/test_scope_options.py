"""The options that select calls become a Scope."""

from datetime import UTC, datetime

import pytest
from farebox.attribution.lines import KeyLine
from farebox.cli.scope_options import scope_of
from farebox.config.settings import Settings
from farebox.errors import SettingsError
from farebox.store.summary import DIMENSIONS

SETTINGS = Settings(timezone="Europe/Berlin")


@pytest.mark.parametrize(
    ("options", "where"),
    [
        (None, ()),
        ([], ()),
        (["provider=openai"], (("provider", ("openai",)),)),
        (["user="], (("user", (None,)),)),
        (["user=(unknown)"], (("user", (None,)),)),
        (["host=a=b"], (("host", ("a=b", "a=b:*")),)),
        (["host=localhost"], (("host", ("localhost", "localhost:*")),)),
        (["host=localhost:8000"], (("host", ("localhost:8000",)),)),
        (["host=::1"], (("host", ("::1", "[::1]:*")),)),
        (["status=200", "model=a", "status=429"], (("status", ("200", "429")), ("model", ("a",)))),
    ],
)
def test_conditions_are_grouped_by_name(options: list[str] | None, where: tuple[object, ...]) -> None:
    scope = scope_of(SETTINGS, "all", None, options)

    assert (scope.start, scope.end, scope.where) == (None, None, where)


def test_a_name_of_the_settings_is_each_id_that_has_it() -> None:
    settings = Settings(timezone="UTC", keys=(KeyLine("web", "3f2a91c04b7de610"), KeyLine("web", "00000000000000aa")))

    scope = scope_of(settings, "all", None, ["key=web"])

    assert scope.where == (("key", ("web", "3f2a91c04b7de610", "00000000000000aa")),)


def test_times_are_in_the_zone_of_the_settings() -> None:
    scope = scope_of(SETTINGS, "2026-11-01", "2026-11-02", None)

    assert scope.start == datetime(2026, 10, 31, 23, tzinfo=UTC)
    assert scope.end == datetime(2026, 11, 1, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("openai", "where: 'openai' is not NAME=VALUE: the names are "),
        ("", "where: '' is not NAME=VALUE: the names are "),
        ("colour=red", "where: unknown name 'colour': use one of "),
        ("=red", "where: unknown name '': use one of "),
        ("day=2026-11-01", "where: unknown name 'day': use one of "),
    ],
)
def test_an_invalid_condition_is_an_error_that_lists_the_names(condition: str, message: str) -> None:
    with pytest.raises(SettingsError) as error:
        scope_of(SETTINGS, "all", None, [condition])

    assert str(error.value) == message + ", ".join(DIMENSIONS)
