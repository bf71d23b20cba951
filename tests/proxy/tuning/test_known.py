"""Code that a tuning relies on is compared by its source."""

from farebox.proxy.patches._patch import digest
from farebox.proxy.tuning._known import Known, are_known


def function() -> int:
    return 1


def test_one_unknown_function_is_enough() -> None:
    known, other = Known(function, frozenset({digest(function)})), Known(function, frozenset())

    assert (are_known([known]), are_known([known, other])) == (True, False)
