"""`farebox doctor`: it prints what the checks find, and its exit code says whether there is a problem."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.commands import Done, farebox


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, home: Path) -> Callable[..., Done]:
    return lambda *arguments: farebox(capfd, monkeypatch, "doctor", *arguments, home=home)


def test_a_new_machine_has_no_problem(run: Callable[..., Done]) -> None:
    done = run("--port", "0", "--metrics-port", "0")

    assert done.code == 0
    assert "! no sidecar runs\n    fix: start `farebox up`" in done.out


def test_a_problem_of_a_client_is_printed_and_is_the_exit_code(run: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OPENAI_API_KEY=sk-canary-0123456789abcdef\nOPENAI_REVERSE_PROXY=http://[::1\n")

    done = run("--port", "0", "--metrics-port", "0", "--env-file", str(tmp_path / ".env"))

    assert done.code == 1
    assert f"✗ {tmp_path}/.env: bypasses the proxy" in done.out
    assert f"! {tmp_path}/.env: OPENAI_REVERSE_PROXY is not a valid URL" in done.out
    assert "canary" not in done.out + done.err
    assert "Traceback" not in done.out + done.err


def test_the_command_needs_no_mitmproxy() -> None:
    code = "import sys; import farebox.cli.doctor; sys.exit('mitmproxy' in sys.modules)"
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}

    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0
