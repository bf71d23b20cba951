"""pyproject.toml and the imports agree on the run-time dependencies."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.support.paths import ROOT

# zoneinfo reads it as data.
NEVER_IMPORTED = {"tzdata"}


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    return {normalized(re.split(r"[^\w.-]", line)[0]) for line in lines}


def imported() -> dict[str, set[str]]:
    """Return the distributions that each imported package may be of: several share a name such as `opentelemetry`."""
    distributions = packages_distributions()
    packages = {
        name for folder in ("addons", "migrations") for path in (ROOT / folder).rglob("*.py") for name in imports(path)
    }
    own = packages - set(sys.stdlib_module_names) - {"farebox"}
    return {name: set(map(normalized, distributions[name])) for name in own}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_import_is_declared_and_every_dependency_is_imported() -> None:
    found = imported()

    assert [name for name, distributions in found.items() if not distributions & declared()] == []
    assert declared() - set().union(*found.values()) == NEVER_IMPORTED
