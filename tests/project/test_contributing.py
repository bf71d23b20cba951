"""A provider is added as CONTRIBUTING.md shows it: one line, one case, one command."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.paths import ROOT

PAGE = (ROOT / "CONTRIBUTING.md").read_text()


def shown(pattern: str) -> str:
    (found,) = re.findall(pattern, PAGE, re.DOTALL | re.MULTILINE)
    return str(found)


LINE = shown(r"^```python\n(.*?)^```$")
PLACE = shown(r"`(tests/cases/[\w/]+\.case)`")
CASE = shown(r"^```text\n(.*?)^```$")
COMMAND = shown(r"`([^`]*tests\.cases --update)`")


def test_a_provider_that_speaks_a_known_dialect_is_one_line_and_one_case(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "addons", tmp_path / "addons")
    (tmp_path / PLACE).parent.mkdir(parents=True)
    for name in ("__init__.py", "cases.py"):
        shutil.copy(ROOT / "tests" / name, tmp_path / "tests")
    providers = tmp_path / "addons" / "farebox" / "providers" / "table.py"
    start = "PROVIDERS: Table = (\n"
    before, after = providers.read_text().split(start)

    providers.write_text(f"{before}{start}{LINE}{after}")
    (tmp_path / PLACE).write_text(CASE)
    python, *arguments = COMMAND.split()
    assert python == ".venv/bin/python"
    path = os.environ | {"PYTHONPATH": "addons"}
    subprocess.run([sys.executable, *arguments], cwd=tmp_path, env=path, check=True, timeout=60)

    kept, _, record = (tmp_path / PLACE).read_text().partition("-- record --\n")
    assert (LINE.count("\n"), kept) == (1, CASE)
    assert json.loads(record) == {
        "provider": "riverside",
        "host": "api.riverside.example",
        "outcome": "ok",
        "dialect": "openai_chat",
        "operation": "chat",
        "model_requested": "river-7b",
        "model_returned": "river-7b-2026",
        "streamed": False,
        "status": 200,
        "finish_reason": "stop",
        "input_tokens": 90,
        "cache_read_tokens": 64,
        "output_tokens": 4,
    }
