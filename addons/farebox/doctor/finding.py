"""What a check found."""

from dataclasses import dataclass

OK = "ok"
WARNING = "warning"
PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: how it is (OK, WARNING, PROBLEM) and, where it is not well, the `fix`."""

    level: str
    what: str
    fix: str | None = None


def ok(what: str) -> Finding:
    return Finding(OK, what)


def warning(what: str, fix: str) -> Finding:
    return Finding(WARNING, what, fix)


def problem(what: str, fix: str) -> Finding:
    return Finding(PROBLEM, what, fix)
