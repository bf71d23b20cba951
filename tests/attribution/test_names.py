"""Keys, users and teams have the names that the settings give them; others are shown as they are."""

import pytest
from farebox.attribution.lines import KeyLine, TeamLine, UserLine
from farebox.attribution.names import NO_NAMES, Names

NAMES = Names(
    [KeyLine("production", "3f2a91c04b7de610"), KeyLine("production", "00000000000000aa")],
    [UserLine("68b0", name="Ann Example"), UserLine("68b1")],
    [TeamLine("research", name="Research"), TeamLine("platform")],
)


@pytest.mark.parametrize(
    ("kind", "id_", "shown"),
    [
        ("key", "3f2a91c04b7de610", "production"),
        ("key", "ffffffffffffffff", "ffffffffffffffff"),
        ("user", "68b0", "Ann Example"),
        ("user", "68b1", "68b1"),
        ("team", "research", "Research"),
        ("team", "platform", "platform"),
        ("model", "68b0", "68b0"),
    ],
)
def test_an_id_is_shown_by_its_name_or_itself(kind: str, id_: str, shown: str) -> None:
    assert NAMES.shown(kind, id_) == shown
    assert NO_NAMES.shown(kind, id_) == id_


def test_a_missing_id_has_no_name() -> None:
    assert NAMES.name("user", None) is None
    assert NAMES.name("user", "68b1") is None


def test_a_name_stands_for_each_of_its_ids_and_for_itself() -> None:
    assert NAMES.ids("key", "production") == ("production", "3f2a91c04b7de610", "00000000000000aa")
    assert NAMES.ids("user", "68b0") == ("68b0",)
    assert NAMES.ids("model", "production") == ("production",)
