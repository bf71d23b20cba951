"""Prometheus, Alertmanager and their tools: those of Debian 12, and newer ones that FAREBOX_SHARED has a script for."""

import functools
import os
import shutil
import subprocess
from typing import NamedTuple

import pytest
from farebox.home import lockfile

from tests.support.paths import ROOT

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
