"""What keeps the house small: limits, a test file for each module, imports that do nothing."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from farebox.providers import BY_NAME

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "addons" / "farebox"
MODULES = {path.relative_to(PACKAGE).with_suffix("").as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}
LONGEST_FILE = 250
LONGEST_FUNCTION = 40
# Modules without a test file of their own, and the tests that run them.
COVERED_BY = {
    "analysis/tokenizers": "test_what_if.py",
    "cli/scope": "test_report.py",
    "report/changes": "test_reprice.py",
    "report/comparison": "test_what_if.py",
    "store/reprices": "test_reprice.py",
    "cli/console": "test_report.py",
    "call": "test_meter.py",
    "cli/main": "test_end_to_end.py",
    "cli/options": "test_end_to_end.py",
    "cli/prices/main": "test_docs.py",
    **{f"cli/prices/{name}": "test_prices.py" for name in ("show", "lint")},
    "pricing/quote": "test_prices.py",
    **{f"report/{name}": "test_prices.py" for name in ("quotes", "missing")},
    "cli/show": "test_report.py",
    "cli/tail": "test_report.py",
    "command": "test_run.py",
    "demo/answers": "test_demo.py",
    "demo/provider": "test_demo.py",
    "demo/session": "test_demo.py",
    "dialects/_base": "test_cases.py",
    "dialects/_bedrock": "test_cases.py",
    "dialects/_google": "test_cases.py",
    "dialects/_cohere": "test_cases.py",
    "dialects/_grounding": "test_cases.py",
    "dialects/_ollama": "test_cases.py",
    "dialects/_openai": "test_cases.py",
    "dialects/_shares": "test_shares.py",
    "dialects/_tools": "test_cases.py",
    **{f"doctor/{name}": "test_doctor.py" for name in ("client", "finding", "folder", "ledger", "ports", "sidecar")},
    "errors": "test_settings.py",
    **{f"exports/{name}": "test_export.py" for name in ("destination", "formats", "parquet", "text")},
    "spool/folder": "test_writer.py",
    "spool/segments": "test_reader.py",
    **{f"pricing/{name}": "test_pricer.py" for name in ("catalogue", "consumption", "standard")},
    **{f"pricing/genai/{name}": "test_traps.py" for name in ("aliases", "context", "modality", "region", "schedule")},
    **{f"pricing/genai/{name}": "test_book.py" for name in ("cards", "choice", "edition", "matching")},
    **{f"pricing/litellm/{name}": "test_litellm.py" for name in ("data", "fields")},
    **{f"pricing/litellm/{name}": "test_fallback.py" for name in ("names", "rates")},
    "price_units": "test_price_rules.py",
    **dict.fromkeys(("pricing/age", "doctor/prices", "recorder/prices"), "test_update.py"),
    "pricing/rate": "test_ratecard.py",
    **{f"pricing/{name}": "test_overrides.py" for name in ("rule_rates", "ruling")},
    "pricing/row": "test_ledger.py",
    "proxy/addon": "test_end_to_end.py",
    "proxy/connections": "test_untouched.py",
    "proxy/exchange": "test_tap.py",
    "proxy/guard": "test_faithful.py",
    "proxy/outlet": "test_end_to_end.py",
    "proxy/server": "test_end_to_end.py",
    "proxy/standalone": "test_stop.py",
    "sources": "test_settings.py",
    "store/locks": "test_upkeep.py",
    "sinks/models": "test_metrics.py",
    "store/postgres": "test_faults.py",
    "store/sqlite": "test_engine.py",
    "store/snapshot": "test_totals.py",
    **{
        f"store/rollups/{name}": "test_rollups.py"
        for name in ("counting", "expressions", "folding", "grains", "rebuild", "upsert")
    },
    **{f"store/rollups/{name}": "test_totals.py" for name in ("ranges", "tallies")},
}
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
    assert {"settings", "spool/writer", "proxy/addon", "dialects/openai_chat"} <= set(MODULES)


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith(("__init__", "__main__"))])
def test_every_module_has_tests(name: str) -> None:
    folder, _, stem = name.rpartition("/")

    if folder == "dialects" and not stem.startswith("_"):
        assert list((ROOT / "tests" / "cases" / stem).glob("*.case"))
    else:
        assert (ROOT / "tests" / COVERED_BY.get(name, f"test_{stem}.py")).is_file()


def test_no_module_is_excused_that_is_gone() -> None:
    assert set(COVERED_BY) <= set(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_no_file_is_long(name: str) -> None:
    assert len(MODULES[name].read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("name", MODULES)
def test_no_function_is_long(name: str) -> None:
    assert [one.name for one in functions(MODULES[name]) if length(one) > LONGEST_FUNCTION] == []


@pytest.mark.parametrize("name", [name for name in MODULES if name != "providers"])
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
        timeout=60,
        cwd=tmp_path,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    )

    assert json.loads(done.stdout) == []
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []
