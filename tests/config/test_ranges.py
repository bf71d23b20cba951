"""A number out of its range is named with its key."""

import msgspec
import pytest
from farebox.config.ranges import problems
from farebox.config.settings import Settings


@pytest.mark.parametrize(
    ("key", "value"),
    [("port", 65536), ("metrics_port", -1), ("workers", 0), ("shutdown_timeout", -1), ("idle_timeout", 0)],
)
def test_each_number_has_its_range(key: str, value: int) -> None:
    [problem] = problems(msgspec.structs.replace(Settings(), **{key: value}))

    assert problem.startswith(f"{key}: {value} is not a ")


def test_the_defaults_are_in_range() -> None:
    assert list(problems(Settings())) == []
