"""A Prometheus rule, before it is YAML. Only what Prometheus 2.42 and 3.x both accept can be said with it."""

import re
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["critical", "warning", "info", "none"]
PREFIX = "Farebox"
# Names of series, not of labels or functions: those of farebox, of its recording rules, and Prometheus' own `up`.
_SERIES = re.compile(r"\b(farebox[:_][a-z0-9_:]+|up)(?=[\s{\[)]|$)")


@dataclass(frozen=True, slots=True)
class Inhibition:
    """A firing alert `by` mutes the alert that has this; the labels `equal` must be the same on both."""

    by: str
    equal: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alert:
    """An alerting rule. `name` lacks the prefix; `held` is how long `expr` must hold, in PromQL's form."""

    name: str
    severity: Severity
    summary: str
    description: str
    expr: str
    held: str = ""
    inhibited: tuple[Inhibition, ...] = field(default=())

    @property
    def full_name(self) -> str:
        """Return the name in Prometheus, which is also that of its runbook."""
        return PREFIX + self.name

    @property
    def series(self) -> set[str]:
        """Return the names of the series that decide."""
        return set(_SERIES.findall(self.expr))


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording rule."""

    name: str
    expr: str

    @property
    def series(self) -> set[str]:
        """Return the names of the series that it reads."""
        return set(_SERIES.findall(self.expr))


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that Prometheus evaluates together, in this order."""

    name: str
    rules: tuple[Alert | Recording, ...]
