"""What the settings know of a caller is added, and never replaces what the call states."""

import pytest
from farebox.attribution.directory import Caller, Directory
from farebox.attribution.lines import KeyLine, TeamLine, UserLine

PRODUCTION, STAGING, OTHER = "0" * 16, "1" * 16, "2" * 16
DIRECTORY = Directory(
    [
        KeyLine("production", PRODUCTION, team="web", project="shop"),
        KeyLine("staging", STAGING, user="robot"),
        KeyLine("other", OTHER),
    ],
    [UserLine("ann", also=("ann@example.com", "68b0"), team="research"), UserLine("bob", project="atlas")],
    [
        TeamLine("partners", users=("*@partner.example", "robot"), project="bridge"),
        TeamLine("platform", keys=("other",)),
        TeamLine("odd", users=("a[b]?",)),
    ],
)


@pytest.mark.parametrize(
    ("caller", "complete"),
    [
        ({}, {}),
        ({"user_id": "nobody"}, {"user_id": "nobody"}),
        ({"user_id": "ann@example.com"}, {"user_id": "ann", "team": "research"}),
        ({"user_id": "68b0", "team": "own"}, {"user_id": "ann", "team": "own"}),
        ({"user_id": "bob"}, {"user_id": "bob", "project": "atlas"}),
        (
            {"user_id": "Eve@Partner.example"},
            {"user_id": "Eve@Partner.example", "team": "partners", "project": "bridge"},
        ),
        (
            {"key_fingerprint": PRODUCTION},
            {"key_fingerprint": PRODUCTION, "team": "web", "project": "shop"},
        ),
        (
            {"key_fingerprint": STAGING},
            {"key_fingerprint": STAGING, "user_id": "robot", "team": "partners", "project": "bridge"},
        ),
        (
            {"key_fingerprint": STAGING, "user_id": "ann"},
            {"key_fingerprint": STAGING, "user_id": "ann", "team": "research"},
        ),
        ({"key_fingerprint": OTHER}, {"key_fingerprint": OTHER, "team": "platform"}),
        ({"user_id": "a[b]?"}, {"user_id": "a[b]?", "team": "odd"}),
        ({"user_id": "ab1"}, {"user_id": "ab1"}),
    ],
    ids=str,
)
def test_a_caller_is_completed(caller: Caller, complete: Caller) -> None:
    DIRECTORY.complete(caller)

    assert caller == complete


def test_without_settings_nothing_is_added() -> None:
    caller = {"user_id": "ann"}

    Directory().complete(caller)

    assert caller == {"user_id": "ann"}
