"""Real ClickHouse servers for tests: Debian's, alone or as two shards with ZooKeeper, and chDB behind HTTP.

Debian has a release of 2018, which is the only server to be had here; chDB is the engine of today without its server.
"""

import contextlib
import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from farebox.store.clickhouse.address import Address
from farebox.store.clickhouse.http import Server, ServerError, UnclearError
from farebox.store.engine import open_engine
from farebox.store.migrate import migrate
from sqlalchemy import Engine

from tests.support.paths import ROOT
from tests.support.postgres import free_port
from tests.support.watcher import Watcher

_numbers = itertools.count(1)
PASSWORD = "canary-clickhouse-password"
_READY_SECONDS = 60.0
_ZOOKEEPER = "/usr/share/java/zookeeper.jar"
_USERS = """<yandex><profiles><default><max_memory_usage>4000000000</max_memory_usage></default>
<reader><readonly>2</readonly></reader></profiles>
<users><default><password>{password}</password><networks><ip>127.0.0.0/8</ip></networks><profile>default</profile>
<quota>default</quota></default></users><quotas><default></default></quotas></yandex>
"""
_CONFIG = """<yandex><logger><level>warning</level><log>{home}/log</log><errorlog>{home}/errors</errorlog></logger>
<http_port>{http}</http_port><tcp_port>{tcp}</tcp_port><interserver_http_port>{inter}</interserver_http_port>
<interserver_http_host>127.0.0.1</interserver_http_host><listen_host>127.0.0.1</listen_host>
<path>{home}/data/</path><tmp_path>{home}/tmp/</tmp_path><users_config>{home}/users.xml</users_config>
<default_profile>default</default_profile><default_database>default</default_database>
<mark_cache_size>100000000</mark_cache_size><max_concurrent_queries>50</max_concurrent_queries>
<remote_servers><two>{shards}</two></remote_servers>
<zookeeper><node><host>127.0.0.1</host><port>{keeper}</port></node><session_timeout_ms>6000</session_timeout_ms></zookeeper>
<macros><shard>{number}</shard><replica>first</replica></macros>
<distributed_ddl><path>/clickhouse/task_queue/ddl</path></distributed_ddl></yandex>
"""
_SHARD = (
    "<shard><internal_replication>true</internal_replication><replica><host>127.0.0.1</host><port>{port}</port>"
    "<user>default</user><password>{password}</password></replica></shard>"
)


def is_installed(*, with_zookeeper: bool = False) -> bool:
    """Return whether Debian's servers are on this machine."""
    return bool(shutil.which("clickhouse-server")) and (Path(_ZOOKEEPER).exists() or not with_zookeeper)


class Process:
    """A server that ends with this process, however this ends."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self._command, self._folder = command, folder
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: Watcher | None = None

    def start(self) -> None:
        with (self._folder / "out").open("ab") as out:
            self._process = subprocess.Popen(
                ["timeout", "-k", "1", "3000", *self._command],
                stdout=out,
                stderr=out,
                cwd=self._folder,
                start_new_session=True,
            )
        self._watcher = Watcher(-self._process.pid)

    def kill(self) -> None:
        """kill -9, and wait for the end."""
        if self._process is not None and self._watcher is not None:
            self.send(signal.SIGKILL)
            self._process.wait()
            self._watcher.end()
            self._process = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the server."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


class Cluster:
    """Two shards and ZooKeeper, or one server without it (`shards=1`); all end with the block."""

    def __init__(self, shards: int = 2) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="farebox-clickhouse-"))
        self._number = shards
        self.http = [free_port() for _ in range(shards)]
        self.tcp = [free_port() for _ in range(shards)]
        self._keeper_port = free_port()
        self.shards = [self._shard(place) for place in range(shards)]
        self.keeper = self._keeper()

    def __enter__(self) -> Self:
        if self._number > 1:
            self.keeper.start()
            self.wait_for_keeper()
        for place, shard in enumerate(self.shards):
            shard.start()
            self.wait(place)
        return self

    def __exit__(self, *_: object) -> None:
        for process in (*self.shards, self.keeper):
            process.kill()
        shutil.rmtree(self._home, ignore_errors=True)

    def server(self, place: int = 0, database: str = "default") -> Server:
        return Server(Address("127.0.0.1", self.http[place], "default", PASSWORD, database), patience=60)

    def url(self, database: str, place: int = 0, *, password: str = PASSWORD, port: int | None = None) -> str:
        cluster = "?cluster=two" if self._number > 1 else ""
        return f"clickhouse://default:{password}@127.0.0.1:{port or self.http[place]}/{database}{cluster}"

    def create(self, database: str) -> None:
        """Create `database` on every server."""
        for place in range(self._number):
            self.server(place).ask(f"CREATE DATABASE {database}")

    @contextlib.contextmanager
    def new_ledger(self) -> Iterator[Engine]:
        """Open an engine for a new ledger in a database of its own."""
        database = f"ledger_{next(_numbers)}"
        self.create(database)
        engine = open_engine(self.url(database), patience=60)
        migrate(engine)
        try:
            yield engine
        finally:
            engine.dispose()
            self.server().ask(f"DROP DATABASE {database}")

    def wait_for_keeper(self) -> None:
        """Wait until ZooKeeper serves."""
        until = time.monotonic() + _READY_SECONDS
        while time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._keeper_port), 1) as asked:
                asked.sendall(b"srvr")
                if b"Mode" in asked.recv(4096):
                    return
            time.sleep(0.1)
        raise TimeoutError("ZooKeeper does not serve")

    def wait(self, place: int) -> None:
        """Wait until a server answers."""
        until = time.monotonic() + _READY_SECONDS
        while True:
            try:
                self.server(place).ask("SELECT 1")
            except (OSError, ServerError, UnclearError):
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
            else:
                return

    def _shard(self, place: int) -> Process:
        home = self._home / f"shard-{place}"
        for name in ("data", "tmp"):
            (home / name).mkdir(parents=True)
        shards = "".join(_SHARD.format(port=port, password=PASSWORD) for port in self.tcp)
        (home / "users.xml").write_text(_USERS.format(password=PASSWORD))
        config = _CONFIG.format(
            home=home,
            http=self.http[place],
            tcp=self.tcp[place],
            inter=free_port(),
            shards=shards,
            keeper=self._keeper_port,
            number=place + 1,
        )
        (home / "config.xml").write_text(config)
        return Process(["clickhouse-server", f"--config-file={home}/config.xml"], home)

    def _keeper(self) -> Process:
        home = self._home / "keeper"
        home.mkdir()
        lines = ("tickTime=1000", f"dataDir={home}/data", f"clientPort={self._keeper_port}", "admin.enableServer=false")
        (home / "zoo.cfg").write_text("\n".join((*lines, "clientPortAddress=127.0.0.1\n")))
        main = "org.apache.zookeeper.server.quorum.QuorumPeerMain"
        return Process(["java", "-Xmx256m", "-cp", _ZOOKEEPER, main, str(home / "zoo.cfg")], home)


class ChdbServer(Server):
    """Sends statements to chDB in process `pid`."""

    def __init__(self, port: int, pid: int) -> None:
        super().__init__(Address("127.0.0.1", port, "default", "", "default"), patience=600)
        self.pid = pid


def chdb_python() -> str | None:
    """Return an interpreter that has chDB, None if there is none: it is too large for our environment."""
    made = ROOT / ".tools" / "chdb" / "bin" / "python"
    return os.environ.get("FAREBOX_CHDB_PYTHON") or (str(made) if made.exists() else None)


@contextlib.contextmanager
def chdb(within: Path | None = None) -> Iterator[ChdbServer]:
    """Serve chDB, its files `within` a folder."""
    folder = tempfile.mkdtemp(prefix="farebox-chdb-", dir=within)
    program = Path(__file__).parent / "programs" / "chdb_server.py"
    process = subprocess.Popen(
        ["timeout", "3000", chdb_python() or sys.executable, str(program), folder],
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    watcher = Watcher(-process.pid, folder=Path(folder))
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline() or 0)
        yield ChdbServer(port, process.pid)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        watcher.end()
        if process.stdout is not None:
            process.stdout.close()
        shutil.rmtree(folder, ignore_errors=True)
