"""The docs' commands print what the docs say; each command that is not run here has its reason."""

import doctest
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import farebox
from tests.support.doc_commands import Shown, shown, typed
from tests.support.sidecar import clean_environment

LIKE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
# How commands begin that are not run here, and why.
NOT_RUN = {
    "make demo": "`make readme` runs README.md",
    ".venv/bin/": "`make readme` runs README.md",
    "docker ": "needs Docker; the Compose files are read by the real Compose in tests/deploy",
    "COMPOSE_FILE=": "an environment of Docker Compose",
    "make secrets": "tests/deploy/test_secrets.py runs it",
    "kubectl ": "needs a Kubernetes cluster",
    "sudo ": "changes the system; tests/deploy runs the scripts of transparent mode in network namespaces",
    "FAREBOX_LEDGER=": "a line of a file",
    "PGPASSWORD=": "a line of a file",
    "createuser ": "needs a Postgres server; tests/deploy/test_postgres.py creates its roles",
    "export ": "an environment for other programs",
    "npm run backend": "needs LibreChat",
    **{f"{name}_REVERSE_PROXY=": "a line of LibreChat's .env" for name in ("OPENAI", "ANTHROPIC", "GOOGLE")},
    "farebox up": "runs until it is stopped; tests/end_to_end start it",
    "farebox dashboards ": "needs an address of Prometheus or Postgres; tests/cli/test_dashboards.py runs it",
    "farebox prices ": "needs rules of the user's own, or a network; tests/cli/prices run it",
    "farebox reprice ": "needs rules of the user's own; tests/cli/test_reprice.py runs it",
    "pip install ": "needs a network",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo's ledger, for all commands."""
    folder = tmp_path_factory.mktemp("docs") / "home"
    environment = {**clean_environment(), "FAREBOX_HOME": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "farebox", "demo"]
    subprocess.run(command, env=environment, cwd=folder.parent, check=True, timeout=120, stdout=subprocess.DEVNULL)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("one", shown(), ids=lambda one: f"{one.page} {one.command}")
def test_a_command_prints_what_its_page_says(
    one: Shown, home: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAREBOX_LEDGER", str(home / "demo" / "ledger.db"))
    program, *arguments = one.command.split()

    done = farebox(capfd, monkeypatch, *arguments, home=home, columns=100)

    assert program == "farebox"
    # A notice on standard error may come between the lines of a terminal.
    printed = (done.out + done.err, done.out)
    assert any(doctest.OutputChecker().check_output(one.output, text, LIKE) for text in printed), printed


@pytest.mark.slow
def test_a_chat_behind_the_demo_s_provider_ends_in_its_bill(home: Path) -> None:
    command = ["run", "--demo", "--", sys.executable, "-m", "farebox.demo.chat"]
    environment = {**clean_environment(), "FAREBOX_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)}

    done = subprocess.run(
        [sys.executable, "-m", "farebox", *command],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (done.returncode, done.stdout.splitlines()[1][:40]) == (0, "The river runs past the mill and under t")
    bill = "...farebox: 1 call in ...s, 14 tokens in, 12 out, $0.000155\n openai gpt-4o 1 call 14 in 12 out $0.000155\n"
    assert doctest.OutputChecker().check_output(bill, done.stderr, LIKE), done.stderr


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


def test_every_command_that_is_not_run_has_its_reason() -> None:
    lines = [line for _, line in typed()]

    assert [line for line in lines if not any(line.startswith(begin) for begin in NOT_RUN)] == []
    assert [begin for begin in NOT_RUN if not any(line.startswith(begin) for line in lines)] == []
