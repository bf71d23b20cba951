"""Who pays, and what is only assumed."""

import pytest
from farebox.billing.payer import INCLUDED_IN, KINDS, Payer


@pytest.mark.parametrize(
    ("payer", "is_assumed"),
    [
        (Payer("unknown"), True),
        (Payer("metered", "key_kind"), True),
        (Payer("metered", "host"), True),
        (Payer("metered", "answer"), False),
        (Payer("metered", "path"), False),
        (Payer("plan", "host", "codex"), False),
    ],
)
def test_only_what_is_usual_is_assumed(payer: Payer, *, is_assumed: bool) -> None:
    assert payer.is_assumed == is_assumed


def test_a_plan_and_reserved_capacity_bill_nothing_by_the_call() -> None:
    assert set(KINDS) >= INCLUDED_IN == {"plan", "provisioned"}
