"""`farebox`: errors without a traceback, exit codes, and commands that import only what they need."""

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path

import pytest
from farebox.cli import main
from farebox.errors import FareboxError, SettingsError

from tests.support.commands import Done, farebox
from tests.support.sidecar import clean_environment

Command = Callable[..., Done]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    (tmp_path / "home").mkdir()
    return lambda *arguments: farebox(capfd, monkeypatch, *arguments, home=tmp_path / "home")


def test_the_version_is_that_of_the_package(run: Command) -> None:
    assert run("--version") == Done(0, f"farebox {version('farebox')}\n", "")


@pytest.mark.parametrize("arguments", [("--help",), ("-h",), ("report", "-h")])
def test_help_is_printed(run: Command, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)

    assert done.code == 0
    assert "Usage: " in done.out


def test_help_lists_every_command_in_its_order(run: Command) -> None:
    lines = run("--help").out.splitlines()

    listed = [words[1] for line in lines if (words := line.split())[:1] == ["│"] and len(words) > 1]
    assert [name for name in listed if name in main.COMMANDS] == list(main.COMMANDS)


@pytest.mark.parametrize("arguments", [("reprot",), ("report", "--no-such-flag"), ("tail", "--lines", "x")])
def test_a_wrong_command_or_flag_exits_with_2(run: Command, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)

    assert (done.code, done.out) == (2, "")
    assert "Usage: " in done.err


def failing(error: BaseException) -> Callable[..., object]:
    def app(*_names: object) -> Callable[[], None]:
        def run() -> None:
            raise error

        return run

    return app


@pytest.mark.parametrize(
    ("error", "code", "printed"),
    [
        (FareboxError("the ledger has another revision"), 1, "farebox: the ledger has another revision\n"),
        (SettingsError("port: 99999 is not a port"), 1, "farebox: port: 99999 is not a port\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_an_error_is_one_line_and_an_exit_code(
    run: Command, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, printed: str
) -> None:
    monkeypatch.setattr(main, "app", failing(error))

    assert run("report") == Done(code, "", printed)


def test_output_to_a_closed_pipe_is_no_traceback(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "farebox", "prices", "show", "gpt-4o", "--format", "json"],
        env={**clean_environment(), "FAREBOX_HOME": str(tmp_path)},
        stdout=write,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    os.close(write)

    assert b"Traceback" not in done.stderr


def test_files_are_for_their_owner_only(monkeypatch: pytest.MonkeyPatch) -> None:
    masks: list[int] = []
    monkeypatch.setattr("os.umask", masks.append)
    monkeypatch.setattr(main, "app", lambda *_names: lambda: None)

    main.main()

    assert masks == [0o077]
    assert {logging.getLogger(name).level for name in ("alembic", "httpx2")} == {logging.WARNING}


@pytest.mark.parametrize(
    ("arguments", "names"),
    [(["report", "-h"], ["report"]), (["--help"], list(main.COMMANDS)), ([], list(main.COMMANDS))],
)
def test_only_the_module_of_the_named_command_is_imported(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], names: list[str]
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr("os.umask", lambda _mask: 0)
    monkeypatch.setattr(sys, "argv", ["farebox", *arguments])

    def app(names: Iterable[str]) -> Callable[[], None]:
        asked.append(list(names))
        return lambda: None

    monkeypatch.setattr(main, "app", app)

    main.main()

    assert asked == [names]


VERSION_ALONE = """
import sys
from farebox.cli.main import main

sys.argv = ["farebox", "--version"]
try:
    main()
finally:
    print([name for name in ("mitmproxy", "sqlalchemy", "genai_prices", "msgspec") if name in sys.modules])
"""


def test_the_version_is_printed_without_importing_a_command() -> None:
    done = subprocess.run(
        [sys.executable, "-c", VERSION_ALONE],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    version, imported = done.stdout.splitlines()
    assert version.startswith("farebox ")
    assert imported == "[]"
