"""The right name for a wrong one."""

import pytest
from farebox.config.suggest import nearest

KNOWN = ["port", "metrics_port", "ledger", "attribution.tags", "retention.calls", "HOME"]


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("prot", "port"),
        ("PORT", "port"),
        ("legder", "ledger"),
        ("metric_port", "metrics_port"),
        ("home", "HOME"),
        ("tags", "attribution.tags"),
        ("calls", "retention.calls"),
        ("metrics", "metrics_port"),
        ("xyzzy", None),
        ("tag", None),
        ("", None),
    ],
)
def test_the_nearest_name_is_the_most_similar_or_has_it_as_a_word(name: str, right: str | None) -> None:
    assert nearest(name, KNOWN) == right


def test_a_similar_name_goes_before_one_that_has_it_as_a_word() -> None:
    assert nearest("tags", ["attribution.tags", "tag"]) == "tag"


def test_without_names_there_is_none() -> None:
    assert nearest("port", []) is None
