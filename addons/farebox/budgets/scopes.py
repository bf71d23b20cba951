"""The column that has a call's name in each scope of budgets."""

from collections.abc import Mapping

from ..config.budgets import ALL

# The column of the hourly sums, and of a call's facts; `all` has none.
COLUMNS: Mapping[str, str | None] = {
    ALL: None,
    "provider": "provider",
    "model": "model",
    "user": "user_id",
    "team": "team",
    "project": "project",
    "key": "key_fingerprint",
    "client_app": "client_app",
    "purpose": "purpose",
}
