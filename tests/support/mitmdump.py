"""`mitmdump -s addons/sidecar.py` as a process of its own, for tests."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from tests.support.paths import ROOT
from tests.support.sidecar import REDIRECT, clean_environment
from tests.support.upstream import Upstream
from tests.support.watcher import Watcher

ADDON = ROOT / "addons" / "sidecar.py"
SECONDS = 240.0


@contextmanager
def mitmdump_sidecar(
    upstream: Upstream, home: Path, **environment: str
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run `mitmdump -s addons/sidecar.py`; its process and its port."""
    folder, log = home.parent, home.parent / "mitmdump.log"
    upstream.authority.cert_pem.write_to_path(str(folder / "upstream-ca.pem"))
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    options = (
        f"confdir={folder / 'confdir'}",
        f"listen_port={port}",
        f"upstream_port={upstream.port}",
        f"upstream_plain_port={upstream.plain_port}",
        f"ssl_verify_upstream_trusted_ca={folder / 'upstream-ca.pem'}",
    )
    mitmdump = _started(home, log, options, environment)
    watcher = Watcher(-mitmdump.pid)
    try:
        give_up = time.monotonic() + SECONDS
        while f"listening at 127.0.0.1:{port}" not in log.read_text():
            assert mitmdump.poll() is None, log.read_text()
            assert time.monotonic() < give_up, log.read_text()
            time.sleep(0.02)
        yield mitmdump, port
    finally:
        with suppress(ProcessLookupError):
            os.killpg(mitmdump.pid, signal.SIGKILL)
        mitmdump.wait(SECONDS)
        watcher.end()


def _started(home: Path, log: Path, options: tuple[str, ...], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    sets = [word for option in options for word in ("--set", option)]
    with log.open("wb") as printed:
        return subprocess.Popen(
            [str(Path(sys.executable).with_name("mitmdump")), "-s", str(ADDON), "-s", str(REDIRECT), *sets],
            env={
                **clean_environment(),
                "FAREBOX_HOME": str(home),
                "FAREBOX_METRICS_PORT": "0",
                # The log is read while it runs.
                "PYTHONUNBUFFERED": "1",
                **environment,
            },
            cwd=home.parent,
            stdout=printed,
            stderr=printed,
            start_new_session=True,
        )
