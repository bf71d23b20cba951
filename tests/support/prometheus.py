"""Prometheus, Alertmanager and their tools: those of Debian 12, and newer ones that FAREBOX_SHARED has a script for."""

import functools
import json
import os
import shutil
import subprocess
import time
import urllib.parse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import pytest
import yaml
from farebox.home import lockfile

from tests.support.paths import ROOT
from tests.support.postgres import free_port
from tests.support.sidecar import _DIRECT, clean_environment
from tests.support.watcher import Watcher

VERSIONS = ("installed", "newer")
_READY_SECONDS = 60.0


class Tools(NamedTuple):
    """The programs of one version."""

    promtool: str
    amtool: str
    prometheus: str
    alertmanager: str


def tools(version: str) -> Tools:
    """Return the programs of one of `VERSIONS`; skip the test if this machine has none."""
    found = _newer() if version == "newer" else _installed()
    if found is None:
        pytest.skip(f"no {version} Prometheus and Alertmanager on this machine")
    return found


class _Server:
    """A server on a free port, ready once the block begins; it ends with this process, however that ends."""

    _READY = "/-/ready"

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = folder / f"{type(self).__name__}.log"

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command(), stdout=log, stderr=subprocess.STDOUT, env=clean_environment(), start_new_session=True
            )
        self._watcher = Watcher(-self._process.pid)
        deadline = time.monotonic() + _READY_SECONDS
        while not self._is_ready():
            assert self._process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=60)
        self._watcher.end()

    @property
    def log(self) -> str:
        """What the server has logged."""
        return self._log.read_text()

    def get(self, path: str, **parameters: str) -> Any:
        """Return the JSON at `path`."""
        query = f"?{urllib.parse.urlencode(parameters)}" if parameters else ""
        with _DIRECT.open(f"{self.url}{path}{query}", timeout=30) as response:
            return json.load(response)

    def _command(self) -> list[str]:
        raise NotImplementedError

    def _is_ready(self) -> bool:
        try:
            with _DIRECT.open(f"{self.url}{self._READY}", timeout=5):
                return True
        except OSError:
            return False


class Prometheus(_Server):
    """Prometheus with the configuration `config`; rule files lie beside it in `folder`."""

    def __init__(self, programs: Tools, config: Mapping[str, Any], folder: Path, *, more: Sequence[str] = ()) -> None:
        super().__init__(folder)
        self._programs, self._folder, self._more = programs, folder, more
        (folder / "prometheus.yml").write_text(yaml.safe_dump(dict(config)))

    def _command(self) -> list[str]:
        return [
            self._programs.prometheus,
            f"--config.file={self._folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={self._folder / 'tsdb'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--web.console.templates=/nonexistent",
            "--web.console.libraries=/nonexistent",
            *self._more,
        ]


class Alertmanager(_Server):
    """Alertmanager with the configuration file `config`."""

    def __init__(self, programs: Tools, config: Path, folder: Path, *, retention: str = "768h") -> None:
        super().__init__(folder)
        self._programs, self._config, self._folder, self._retention = programs, config, folder, retention

    def _command(self) -> list[str]:
        return [
            self._programs.alertmanager,
            f"--config.file={self._config}",
            f"--storage.path={self._folder / 'alertmanager'}",
            f"--data.retention={self._retention}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--cluster.listen-address=",
        ]


def check_output(*command: str) -> str:
    """Return what a tool prints; AssertionError with all of it if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@functools.cache
def _installed() -> Tools | None:
    names = ("promtool", "amtool", "prometheus", "prometheus-alertmanager")
    found = [shutil.which(name) for name in names]
    return Tools(*(one for one in found if one)) if all(found) else None


@functools.cache
def _newer() -> Tools | None:
    """Return the programs that the shared script lays out, once for this checkout."""
    if not (shared := os.environ.get("FAREBOX_SHARED")):
        return None
    folder = ROOT / ".tools" / "prometheus"
    folder.parent.mkdir(exist_ok=True)
    with lockfile.held(folder.with_suffix(".lock"), flags=os.O_RDWR | os.O_CREAT, waits=True):
        if not (folder / "usr").exists():
            script = f"{shared}/tools/prometheus/get_newer.sh"
            draft = folder.with_suffix(".draft")
            shutil.rmtree(draft, ignore_errors=True)
            subprocess.run(["bash", script, str(draft)], check=True, capture_output=True, timeout=600)
            draft.rename(folder)
    programs = folder / "usr" / "bin"
    return Tools(*(str(programs / name) for name in ("promtool", "amtool", "prometheus", "prometheus-alertmanager")))
