"""A real pgbouncer before a test's Postgres, which hands each transaction to another server connection."""

import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

import psycopg

from tests.support.postgres import PASSWORD, Postgres, free_port, owner
from tests.support.watcher import Watcher

PROGRAM = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
_READY_SECONDS = 60.0
_SETTINGS = """
[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
pool_mode = transaction
server_round_robin = 1
default_pool_size = 3
auth_type = scram-sha-256
auth_file = {folder}/users
"""


class Pgbouncer:
    """A pooler of transactions before `server`."""

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self.port = free_port()

    def __enter__(self) -> Self:
        assert PROGRAM
        self._folder = Path(tempfile.mkdtemp(prefix="farebox-pgbouncer-"))
        values = {"folder": self._folder, "port": self.port, "server": self._server.port}
        (self._folder / "settings").write_text(_SETTINGS.format(**values))
        (self._folder / "users").write_text(f'"postgres" "{PASSWORD}"\n')
        # The user that it runs as must be able to read them.
        for path in (self._folder, *self._folder.iterdir()):
            path.chmod(0o755)
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [PROGRAM, str(self._folder / "settings")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **owner(),
            )
        self._watcher = Watcher(self._process.pid, folder=self._folder)
        self._wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(_READY_SECONDS)
        self._watcher.end()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _wait(self) -> None:
        give_up = time.monotonic() + _READY_SECONDS
        while True:
            with suppress(psycopg.OperationalError):
                url = self._server.url(port=self.port).replace("+psycopg", "")
                psycopg.connect(url, connect_timeout=5).close()
                return
            log = (self._folder / "log").read_text(errors="replace")
            assert self._process.poll() is None, log
            assert time.monotonic() < give_up, log
            time.sleep(0.05)
