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


def imported() -> set[str]:
    distributions = packages_distributions()
    packages = {
        name for folder in ("addons", "migrations") for path in (ROOT / folder).rglob("*.py") for name in imports(path)
    }
    return {normalized(distributions[name][0]) for name in packages - set(sys.stdlib_module_names) - {"farebox"}}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_import_is_declared_and_every_dependency_is_imported() -> None:
    assert imported() == declared() - NEVER_IMPORTED
