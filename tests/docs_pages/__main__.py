"""Type the commands of README.md and the docs, and compare what they print: `make docs-pages`.

`python -m tests.docs_pages [PAGE ...]`. With --own-system, commands that change the system are typed too. The exit code
is 1 if a command fails or prints something else than its page says.
"""

import argparse
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.docs_pages.not_run import reason
from tests.docs_pages.settings import settings_of
from tests.docs_pages.shell import Ran, Shell
from tests.support.doc_commands import PAGES, Shown, commands, prints
from tests.support.paths import ROOT

_SECONDS = 600.0
_UV_OF_ITS_OWN = "python3 -m venv ~/uv"
_STARTS = 60.0
# They need what an earlier page has made.
_LAST = ("backup.md", "upgrade.md", "uninstall.md")
# The demo has no calls to which the rules of a page apply, and lint says so.
_EXIT_CODES = {"farebox prices lint": {1}}
# The answer to programs that ask for a password twice.
_PASSWORD = "PASSWORD\nPASSWORD\n"


class Home:
    """The home of a new user, with the calls of a demo in the ledger."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / ".local" / "share" / "farebox"
        self.configuration = folder / ".config" / "farebox"
        self._demo = folder.parent / "demo.db"

    def environment(self) -> dict[str, str]:
        network = ("PIP_", "UV_", "SSL_CERT_FILE", "FAREBOX_PYTHON", "USER")
        kept = {name: value for name, value in os.environ.items() if name.startswith(network)}
        path = [str(ROOT / ".venv" / "bin"), str(self.folder / ".local" / "bin"), os.environ["PATH"]]
        free = {"FAREBOX_PORT": "0", "FAREBOX_METRICS_PORT": "0"}
        words = {"HOME": str(self.folder), "PATH": ":".join(path), "LANG": "C.UTF-8", "COLUMNS": "100"}
        return {**kept, **free, **words}

    def renew(self, settings: str) -> None:
        """Begin a page: nothing but the demo's ledger and `settings`."""
        for folder in (self.data, self.configuration):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True, mode=0o700)
        if self._demo.exists():
            shutil.copy(self._demo, self.data / "ledger.db")
        if settings:
            (self.configuration / "farebox.yaml").write_text(settings, encoding="utf-8")

    def keep_demo(self) -> None:
        """Keep the ledger of the demo that README.md has played."""
        if (made := self.data / "demo" / "ledger.db").exists():
            shutil.copy(made, self._demo)


def main() -> int:
    """Follow the pages and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", metavar="PAGE")
    parser.add_argument("--own-system", action="store_true")
    given = parser.parse_args()
    order = sorted(PAGES, key=lambda page: (page.name in _LAST, _LAST.index(page.name) if page.name in _LAST else 0))
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="farebox-docs-") as place:
        home = Home(Path(place) / "home")
        home.folder.mkdir()
        for page in order:
            if not given.pages or page.name in (*given.pages, "README.md"):
                wrong += sum(_follow(page, home, own_system=given.own_system))
    print(f"{wrong} commands fail or print something else than their page says")
    return bool(wrong)


def _follow(page: Path, home: Home, *, own_system: bool) -> Iterator[bool]:
    found = commands(page)
    if not found:
        return
    home.renew(settings_of(page))
    with (
        tempfile.TemporaryDirectory(dir=home.folder.parent) as notes,
        Shell(ROOT, Path(notes), home.environment()) as shell,
    ):
        for one in found:
            if why := reason(one.command, own_system=own_system):
                print(f"-     {one.page}: {one.command}: {why}", flush=True)
            else:
                yield not _type(one, shell, home)
    home.keep_demo()


def _type(one: Shown, shell: Shell, home: Home) -> bool:
    begun = time.monotonic()
    if one.command.startswith("farebox up"):
        shell.start(one.command)
        ran = shell.run(f"until test -e {home.data}/sidecar.json; do sleep 0.2; done", _STARTS)
    else:
        ran = shell.run(_with_newer_python(one.command), _SECONDS, _PASSWORD)
    right = _is_right(one, ran)
    print(f"{'ok' if right else 'WRONG':5} {one.page}: {one.command} ({time.monotonic() - begun:.1f} s)", flush=True)
    if not right:
        print(f"exit code {ran.code}\n{ran.out}{ran.err}\nthe page says:\n{one.output}", flush=True)
    return right


def _with_newer_python(command: str) -> str:
    """Return `command` with FAREBOX_PYTHON where pages say to name it if the system's own is too old."""
    if "FAREBOX_PYTHON" not in os.environ or command.startswith(_UV_OF_ITS_OWN):
        return command
    command = re.sub(r"^(sudo )?python3 -m", r'\1"$FAREBOX_PYTHON" -m', command)
    return re.sub(r"\b((?:uv tool|pipx) install)\b", r'\1 --python "$FAREBOX_PYTHON"', command)


def _is_right(one: Shown, ran: Ran) -> bool:
    if one.output is None:
        return ran.code in _EXIT_CODES.get(one.command, {0})
    return ran.code is not None and prints(one.output, ran.out + ran.err, ran.out)


if __name__ == "__main__":
    sys.exit(main())
