"""The subscriptions that farebox knows."""

import re

from farebox.billing.plans import PROVIDERS


def test_a_plan_is_named_by_a_word() -> None:
    assert all(re.fullmatch("[a-z_]+", name) for name in PROVIDERS)
