"""The result of a check."""

from dataclasses import dataclass

OK = "ok"
WARNING = "warning"
PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """The state of one checked thing: its `level` (OK, WARNING, PROBLEM), and a `fix` unless it is OK."""

    level: str
    message: str
    fix: str | None = None


def ok(message: str) -> Finding:
    return Finding(OK, message)


def warning(message: str, fix: str) -> Finding:
    return Finding(WARNING, message, fix)


def problem(message: str, fix: str) -> Finding:
    return Finding(PROBLEM, message, fix)
