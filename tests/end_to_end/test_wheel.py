"""The wheel is complete: `farebox up` runs from it outside a checkout."""

import importlib.metadata
import os
import shutil
import ssl
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from farebox.demo.session import calls

from tests.conftest import StartSidecar
from tests.support.paths import ROOT
from tests.support.sidecar import clean_environment, export
from tests.support.upstream import Upstream, plain

ANSWER = b'{"id": "w", "model": "gpt-4o", "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}}'


def uv(*arguments: str) -> None:
    """Run the uv that `make` installed, or one on the PATH."""
    ours = ROOT / ".tools" / "uv" / "bin" / "uv"
    command = str(ours) if ours.exists() else shutil.which("uv")
    assert command, "no uv: run `make test`, which installs it"
    subprocess.run([command, *arguments], check=True, timeout=240, env={**os.environ, "UV_PYTHON_DOWNLOADS": "never"})


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of an environment that holds the wheel alone."""
    folder = tmp_path_factory.mktemp("wheel")
    uv("build", "--quiet", "--wheel", "--out-dir", str(folder / "dist"), "--python", sys.executable, str(ROOT))
    [wheel] = (folder / "dist").glob("*.whl")
    uv("venv", "--quiet", "--python", sys.executable, str(folder / "env"))
    uv("pip", "install", "--quiet", "--python", str(folder / "env"), str(wheel))
    return folder / "env" / "bin"


@pytest.mark.slow
def test_an_installed_wheel_meters_a_call(installed: Path, upstream: Upstream, start_sidecar: StartSidecar) -> None:
    upstream.answer = lambda _asked: plain(ANSWER)
    sidecar = start_sidecar(upstream, command=(str(installed / "farebox"),))

    with httpx2.Client(proxy=sidecar.proxy, verify=ssl.create_default_context(cafile=sidecar.ca)) as client:
        client.post("https://api.openai.com/v1/chat/completions", json={"model": "gpt-4o"})

    [row] = sidecar.rows(1)
    # 3 x 2500 + 4 x 10000 nano-USD
    assert (row["outcome"], row["cost_nanousd"]) == ("ok", 47_500)
    assert str(ROOT) not in sidecar.log.read_text()


@pytest.mark.slow
def test_the_wheel_contains_the_script_for_mitmdump(installed: Path) -> None:
    [script] = installed.parent.glob("lib/python*/site-packages/farebox/_assets/sidecar.py")

    assert script.read_bytes() == (ROOT / "addons" / "sidecar.py").read_bytes()


@pytest.mark.slow
def test_the_wheel_holds_the_boards(installed: Path, tmp_path: Path) -> None:
    environment = {**clean_environment(), "FAREBOX_HOME": str(tmp_path / "home")}
    command = [str(installed / "farebox"), "dashboards", str(tmp_path / "grafana")]

    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=60)

    boards = sorted(path.name for path in (tmp_path / "grafana" / "dashboards").iterdir())
    assert boards == [f"farebox-{name}.json" for name in ("people", "sidecar", "spend", "traffic")]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["litellm/prices.json.gz", "litellm/LICENSE", "verdicts.yaml"])
def test_the_wheel_contains_the_price_list(installed: Path, name: str) -> None:
    [found] = installed.parent.glob(f"lib/python*/site-packages/farebox/pricing/{name}")

    assert found.read_bytes() == (ROOT / "addons" / "farebox" / "pricing" / name).read_bytes()


@pytest.mark.slow
def test_an_installed_wheel_runs_the_demo_outside_a_checkout(installed: Path, tmp_path: Path) -> None:
    """What a newcomer runs first: every row is there, and the report."""
    environment = {**clean_environment(), "FAREBOX_HOME": str(tmp_path / "home")}

    done = subprocess.run(
        [installed / "farebox", "demo"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    rows = export(tmp_path / "home" / "demo")
    assert len(rows) == len(list(calls()))
    assert sum(row["cost_nanousd"] or 0 for row in rows) > 0
    assert "Spend by provider and model" in done.stdout
    assert str(ROOT) not in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_an_installed_wheel_completes_in_the_shell(installed: Path, shell: str) -> None:
    # The shell is guessed from the processes above us, so it is named.
    environment = {**clean_environment(), "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}

    done = subprocess.run(
        [installed / "farebox", "--show-completion", shell],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert "_FAREBOX_COMPLETE" in done.stdout


@pytest.mark.slow
def test_an_installed_wheel_prints_its_version(installed: Path) -> None:
    done = subprocess.run([installed / "farebox", "--version"], capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout == f"farebox {importlib.metadata.version('farebox')}\n"
