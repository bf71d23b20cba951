"""What keeps the house small: limits, a test file for each module, imports that do nothing."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from farebox.providers.table import BY_NAME

from tests.support.paths import ROOT, TESTS

PACKAGE = ROOT / "addons" / "farebox"
MODULES = {path.relative_to(PACKAGE).with_suffix("").as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}
# What makes boards and rules is code as well, though it isn't part of the package.
BOARDS = {
    path.relative_to(ROOT).with_suffix("").as_posix(): path for path in sorted((ROOT / "dashboards").rglob("*.py"))
}
TEST_FILES = sorted(TESTS.rglob("*.py"))
LONGEST_FILE = 250
LONGEST_TEST_FILE = 300
LONGEST_FUNCTION = 40
# Reports what importing the modules named on standard input does beside reading files.
IMPORTER = """
import importlib, json, os, sys

FORBIDDEN = (
    "socket.", "subprocess.", "os.mkdir", "os.remove", "os.rename", "os.system", "os.exec", "os.fork", "os.putenv",
    "shutil.", "sqlite3.", "tempfile.", "urllib.", "_thread.start_new_thread", "signal.",
)
ALLOWED = ("socket.__new__", "socket.gethostname")
names = json.load(sys.stdin)
seen = []

def watch(event, details):
    if event == "open":
        path, mode, flags = details
        if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            seen.append(f"open {path}")
    elif event.startswith(FORBIDDEN) and event not in ALLOWED:
        seen.append(f"{event} {details}")

sys.addaudithook(watch)
for name in names:
    importlib.import_module(name)
print(json.dumps(seen))
"""


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or 0) - function.lineno + 1


def test_the_modules_are_found() -> None:
    assert {"config/settings", "spool/writer", "proxy/addon", "dialects/openai_chat"} <= set(MODULES)


def file_of_tests(name: str) -> Path:
    """Return the test file of a module: the same name, in the folder of the same name."""
    folder, _, stem = name.rpartition("/")
    return TESTS / folder / f"test_{stem.removeprefix('_')}.py"


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith(("__init__", "__main__"))])
def test_every_module_has_tests(name: str) -> None:
    folder, _, stem = name.rpartition("/")

    if folder == "dialects" and not stem.startswith("_"):
        assert list((TESTS / "cases" / stem).glob("*.case"))
    else:
        assert file_of_tests(name).is_file()


@pytest.mark.parametrize("path", TEST_FILES, ids=lambda path: path.relative_to(TESTS).as_posix())
def test_no_test_file_is_long(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_TEST_FILE


def test_nothing_lies_loose_in_the_package() -> None:
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "__main__.py", "errors.py"}


@pytest.mark.parametrize("name", [*MODULES, *BOARDS])
def test_no_file_is_long(name: str) -> None:
    assert len((MODULES | BOARDS)[name].read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("name", [*MODULES, *BOARDS])
def test_no_function_is_long(name: str) -> None:
    found = functions((MODULES | BOARDS)[name])

    assert [one.name for one in found if length(one) > LONGEST_FUNCTION] == []


# LiteLLM is a gateway and a catalogue of prices; subscriptions and the places where they pay are tables as well.
NAMING = {"providers/table", "pricing/fallback", "billing/plans", "billing/places"}


@pytest.mark.parametrize("name", [name for name in MODULES if name not in NAMING])
def test_provider_names_stand_in_the_table_of_providers_alone(name: str) -> None:
    texts = {node.value for node in ast.walk(tree(MODULES[name])) if isinstance(node, ast.Constant)}

    assert texts & set(BY_NAME) == set()
    assert not re.search(r"\bprovider(\.name)?\s*[!=]=", MODULES[name].read_text(encoding="utf-8"))


def test_importing_does_nothing(tmp_path: Path) -> None:
    names = [".".join(("farebox", *name.split("/"))).removesuffix(".__init__") for name in MODULES]

    done = subprocess.run(
        [sys.executable, "-B", "-c", IMPORTER],
        input=json.dumps(names),
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
        cwd=tmp_path,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    )

    assert json.loads(done.stdout) == []
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []
