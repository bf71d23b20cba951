"""The environment of a command under `farebox run`: it trusts the CA, and holds no secret of farebox's."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from farebox.process.client_environment import OTHER_BUNDLES

pytestmark = pytest.mark.slow

SECRET = "s3cret"
PRINT = "import pathlib, sys; sys.stdout.buffer.write(pathlib.Path('/proc/self/environ').read_bytes())"


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_a_command_gets_no_secret_and_each_client_s_ca_variable_from_an_empty_environment(tmp_path: Path) -> None:
    destination = {"name": "pager", "type": "webhook", "url_env": "PAGER_URL", "secret_envs": ["PAGER_SECRET"]}
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "FAREBOX_HOME": str(tmp_path / "home"),
        "FAREBOX_LEDGER": f"sqlite:///{tmp_path}/{SECRET}.db",
        "FAREBOX_SET": f"upstream_auth=clerk:{SECRET}",
        "FAREBOX_DESTINATIONS": json.dumps([destination]),
        "PAGER_URL": f"https://pager.example/{SECRET}",
        "PAGER_SECRET": SECRET,
    }
    line = [sys.executable, "-m", "farebox", "run", "--", sys.executable, "-c", PRINT]

    done = subprocess.run(line, env=environment, capture_output=True, text=True, timeout=120, check=False)

    assert done.returncode == 0, done.stderr
    found = dict(entry.partition("=")[::2] for entry in done.stdout.split("\0") if entry)
    assert SECRET not in done.stdout
    assert not {"PAGER_SECRET", "PAGER_URL"} & found.keys()
    assert {found[name] for name in OTHER_BUNDLES} == {found["SSL_CERT_FILE"]}
