"""Prometheus' rules: each group has a module, and `files` writes them as YAML."""

from . import budgets, providers, sidecar, spend
from .rule import Alert

GROUPS = (providers.RECORDINGS, budgets.GROUP, spend.GROUP, providers.GROUP, sidecar.GROUP, sidecar.WATCHDOG)
ALERTS = tuple(rule for group in GROUPS for rule in group.rules if isinstance(rule, Alert))
