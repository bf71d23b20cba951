"""LibreChat's .env: the checks of `farebox librechat check` on this file alone."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from ..librechat.check import check as findings_of
from ..librechat.deployment import Farebox, deployment
from ..librechat.endpoints import facts
from ..librechat.environment import parse_env
from ..librechat.finding import PROBLEM as LIBRECHAT_PROBLEM
from .finding import PROBLEM, WARNING, Finding, ok

_MARKS = 2


def is_librechat_s(variables: Mapping[str, str]) -> bool:
    """Return whether a .env file with these `variables` is LibreChat's."""
    return sum(name in variables for name in facts()["marks"]) >= _MARKS


def check(path: Path, farebox: Farebox) -> Iterator[Finding]:
    """Yield what the file keeps from being recorded; `farebox librechat check` also reads LibreChat's other files."""
    variables = parse_env(str(path), path.read_text(encoding="utf-8"))
    found = findings_of(deployment(farebox, dotenv=(str(path), variables)), lambda _endpoint, _model: None)
    for one in found:
        level = PROBLEM if one.level == LIBRECHAT_PROBLEM else WARNING
        yield Finding(level, f"{one.place}: {one.why}", f"write {one.write}")
    if not found:
        yield ok(f"{path}: LibreChat's calls reach the proxy")
