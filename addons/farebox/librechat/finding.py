"""What the check finds: the line at fault, why a call is missed, and what to write instead."""

from dataclasses import dataclass

PROBLEM = "problem"
WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key stands, or, without a `line`, where it is missing."""

    file: str
    line: int | None
    key: str

    def __str__(self) -> str:
        return f"{self.file}{f':{self.line}' if self.line else ''}: {self.key}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause. A PROBLEM means that calls are missed or fail; a WARNING, that rows lack something or cost more."""

    level: str
    place: Place
    why: str
    write: str


def problem(place: Place, why: str, write: str) -> Finding:
    return Finding(PROBLEM, place, why, write)


def warning(place: Place, why: str, write: str) -> Finding:
    return Finding(WARNING, place, why, write)
