"""Names of time zones."""

import pytest
from farebox.config.zone import is_zone, local_zone


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Europe/Berlin", True), ("UTC", True), ("Berlin", False), ("../etc/passwd", False), ("", False)],
)
def test_a_zone_is_one_of_the_database(name: str, expected: bool) -> None:
    assert is_zone(name) == expected


def test_the_machine_has_a_zone() -> None:
    assert is_zone(local_zone())
