"""How often a provider answered: which calls are its failures, and which tell nothing about it."""

from collections import Counter
from fractions import Fraction

import pytest
from farebox.analysis.availability import FAILURES, availability
from farebox.store.sums import Group, Sums


def group(name: str | None, status: str | None, outcome: str, calls: int = 1) -> Group:
    return Group((name, status, outcome), Sums(calls, *[None] * 8))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "outcome", "kind"),
    [
        ("200", "ok", "answered"),
        ("429", "http_error", "rate_limited"),
        ("408", "http_error", "server_error"),
        ("500", "http_error", "server_error"),
        ("529", "http_error", "server_error"),
        ("200", "http_error", "server_error"),
        (None, "network_error", "unreachable"),
        ("200", "provider_cut", "cut"),
        ("400", "http_error", "not_counted"),
        ("401", "http_error", "not_counted"),
        ("404", "http_error", "not_counted"),
        ("200", "client_abort", "not_counted"),
        (None, "client_abort", "not_counted"),
    ],
)
def test_each_call_is_of_one_kind(status: str | None, outcome: str, kind: str) -> None:
    [found] = availability([group("openai", status, outcome, 3)])

    counts = Counter(found.failures) + Counter(answered=found.answered, not_counted=found.not_counted)
    assert counts == {kind: 3}
    assert set(found.failures) <= set(FAILURES)


def test_the_worst_comes_first_and_one_without_calls_last() -> None:
    found = availability(
        [
            group("good", "200", "ok", 99),
            group("good", "503", "http_error"),
            group("bad", "200", "ok", 1),
            group("bad", None, "network_error", 1),
            group("idle", "401", "http_error", 7),
            group(None, "200", "ok", 4),
        ]
    )

    shares = [(one.name, one.calls, one.ratio) for one in found]
    assert shares == [
        ("bad", 2, Fraction(1, 2)),
        ("good", 100, Fraction(99, 100)),
        (None, 4, Fraction(1)),
        ("idle", 0, None),
    ]
