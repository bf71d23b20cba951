"""The docs' commands print what the docs say. `make docs-pages` types every command into a shell."""

import doctest
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.docs_pages.not_run import NEVER, ON_ITS_OWN_SYSTEM
from tests.docs_pages.settings import settings_of
from tests.docs_pages.shell import Shell
from tests.support.commands import farebox
from tests.support.doc_commands import PAGES, Shown, blocks, prints, shown, typed
from tests.support.settings import load_file
from tests.support.sidecar import clean_environment

# What README.md says to type first: it leaves the ledger whose figures the pages show.
README = ("demo",), ("run", "--demo", "--", sys.executable, "-m", "farebox.demo.chat")

# What only Postgres or Citus takes creates roles, grants and distributed tables.
SQL = [query for page in PAGES for query in blocks(page, "sql")]
QUERIES = [query for query in SQL if "FROM calls" in query]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder for all commands, as README.md's commands leave it; `chat` has what the last one printed."""
    folder = tmp_path_factory.mktemp("docs") / "home"
    environment = {**clean_environment(), "FAREBOX_HOME": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)}
    for name, arguments in zip(("demo", "chat"), README, strict=True):
        with (folder.parent / name).open("w") as printed:
            subprocess.run(
                [sys.executable, "-m", "farebox", *arguments],
                env=environment,
                cwd=folder.parent,
                check=True,
                timeout=120,
                stdout=printed,
                stderr=subprocess.STDOUT,
            )
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("one", [one for one in shown() if one.page != "README.md"], ids=str)
def test_a_command_prints_what_its_page_says(
    one: Shown, home: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAREBOX_LEDGER", str(home / "demo" / "ledger.db"))
    program, *arguments = one.command.split()

    done = farebox(capfd, monkeypatch, *arguments, home=home, columns=100)

    assert program == "farebox"
    # A notice on standard error may come between the lines of a terminal.
    assert prints(str(one.output), done.out + done.err, done.out), done


@pytest.mark.slow
def test_a_chat_behind_the_demo_s_provider_ends_in_its_bill(home: Path) -> None:
    printed = (home.parent / "chat").read_text()

    [chat] = [one for one in shown() if one.page == "README.md"]
    assert prints(str(chat.output), printed), printed


@pytest.mark.slow
def test_the_sum_of_an_export_is_what_its_page_says(
    home: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAREBOX_LEDGER", str(home / "demo" / "ledger.db"))
    farebox(capfd, monkeypatch, "export", "--format", "focus", "--since", "all", "--output", "focus.csv", home=home)
    [page] = [page for page in PAGES if page.name == "focus.md"]

    for text in blocks(page, "python"):
        session = doctest.DocTestParser().get_doctest(text, {}, page.name, None, 0)
        assert doctest.DocTestRunner().run(session).failed == 0


@pytest.mark.slow
@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:60])
def test_a_query_that_a_page_shows_runs(query: str, home: Path) -> None:
    with closing(sqlite3.connect(home / "demo" / "ledger.db")) as ledger:
        assert ledger.execute(query).fetchall() or "WHERE" in query


def test_made_up_calls_go_to_no_other_ledger(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()

    done = farebox(capfd, monkeypatch, "run", "--demo", "--ledger", "mine.db", "--", "true", home=home)

    assert (done.code, done.err) == (
        1,
        "farebox: ledger: --demo has a ledger of its own, as its calls are made up: leave --ledger out\n",
    )


def test_what_a_page_exports_its_next_command_has(tmp_path: Path) -> None:
    with Shell(tmp_path, tmp_path, {"PATH": os.environ["PATH"]}) as shell:
        shell.run("export WORD=river", 20)
        shell.start("sleep 60")

        assert shell.run('read said; echo "$WORD $said"; (exit 3)', 20, "sea\n") == (3, "river sea\n", "")


def test_a_reason_for_not_typing_a_command_stands_for_one() -> None:
    begins = {**NEVER, **ON_ITS_OWN_SYSTEM}

    assert [begin for begin in begins if not any(line.startswith(begin) for _, line in typed())] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_settings_that_a_page_shows_are_right(page: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)

    load_file(settings_of(page))
