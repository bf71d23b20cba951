"""`farebox librechat reconcile` compares an export with the ledger."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from farebox.sinks.database import DatabaseSink

from tests.support import librechat_books as books
from tests.support.commands import Done, farebox
from tests.support.ledgers import new_ledger


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Done]:
    home = tmp_path / "home"
    home.mkdir()
    with new_ledger(home / "ledger.db") as engine:
        DatabaseSink(engine).write(books.rows(), {})
    return lambda *arguments: farebox(capfd, monkeypatch, "librechat", "reconcile", *arguments, home=home)


def test_each_error_of_the_books_is_found_in_the_ledger(run: Callable[..., Done], tmp_path: Path) -> None:
    documents = [one for index, case in enumerate(books.CASES) for one in books.transactions(case, index)]
    (tmp_path / "export.json").write_text(json.dumps(documents))

    found = json.loads(run("export.json", "--format", "json").out)
    shown = run("export.json").out

    assert [one["causes"] for one in found["lines"]] == [case.causes for case in books.CASES]
    assert "18 transactions, 8 calls in the ledger at that time." in shown
    assert "unknown model at LibreChat's default rate" in shown


def test_an_export_that_is_none_is_an_error(run: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "export.json").write_text("nothing")
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe")
    (tmp_path / "empty.json").write_text("")

    assert run("absent.json").err.startswith("farebox: absent.json: cannot be read (No such file or directory)")
    assert run("export.json").err.startswith("farebox: export.json:1: not JSON")
    assert run("binary.json").err.startswith("farebox: binary.json: not a text file in UTF-8")
    assert run("empty.json") == Done(0, "empty.json: no transactions of prompts or completions.\n", "")
