"""Each scope of budgets has its column."""

from farebox.budgets.scopes import COLUMNS
from farebox.config.budgets import SCOPES
from farebox.store.rollups.tables import BY_CALLER


def test_every_scope_has_a_column_of_the_hourly_sums() -> None:
    assert tuple(COLUMNS) == SCOPES
    assert {column for column in COLUMNS.values() if column} <= set(BY_CALLER.dimensions)
