"""The wheel holds all: `farebox up` runs from it, in a folder that is no checkout."""

import os
import shutil
import ssl
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from .conftest import StartSidecar
from .upstream import Upstream, plain

ROOT = Path(__file__).parent.parent
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
def test_the_wheel_holds_the_script_for_mitmdump(installed: Path) -> None:
    [script] = installed.parent.glob("lib/python*/site-packages/farebox/_assets/sidecar.py")

    assert script.read_bytes() == (ROOT / "addons" / "sidecar.py").read_bytes()
