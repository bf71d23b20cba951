"""Workers' own counters, sent to the recorder over a Unix datagram socket: a full disk cannot stop them."""

import contextlib
import hashlib
import os
import socket
import tempfile
from pathlib import Path

import msgspec

from ..errors import FareboxError

# A Unix socket's path has at most 108 bytes on Linux and 104 on macOS.
_PATH_LIMIT = 100


class UntrustedConnections(msgspec.Struct, frozen=True):
    """Connections to `host` that a client gave up as it does not trust the proxy's CA; `agent` is its user agent."""

    host: str
    client: str
    agent: str | None
    count: int


class ClientDiagnostics(msgspec.Struct, frozen=True):
    """What a worker observed of its clients besides calls, in totals since its start.

    By host, `passed` counts connections that were not decrypted, and `unread` requests to decrypted hosts that no
    dialect reads, `unverified` servers whose certificate was refused, with the reason; `own_address` counts connections
    whose target was the proxy itself. `skew_ms` is how far this machine's clock is ahead of the upstreams', by the
    median of their `date` headers.
    """

    connections: int = 0
    passed: dict[str, int] = {}
    unread: dict[str, int] = {}
    untrusted: tuple[UntrustedConnections, ...] = ()
    skew_ms: int | None = None
    own_address: int = 0
    unverified: dict[str, int] = {}


class Heartbeat(msgspec.Struct, frozen=True):
    """A worker's report about itself. Counters are totals since its start, so a lost datagram loses nothing."""

    worker: str
    inflight: int = 0
    dropped: int = 0
    kept: int = 0
    tls_untrusted: int = 0
    meter_failures: dict[str, int] = {}
    usage_refusals: dict[str, int] = {}
    unchecked: int = 0
    is_leaving: bool = False
    pid: int = 0
    diagnostics: ClientDiagnostics = ClientDiagnostics()
    access_refusals: dict[str, int] = {}


def socket_paths(home: Path) -> list[Path]:
    """Return where the recorder of data folder `home` may listen, the best path first.

    The second is a short one: `home` may have a long path, or be on a disk that accepts no new file.
    """
    path = home.resolve() / "telemetry.sock"
    name = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:16]
    short = Path(tempfile.gettempdir()) / f"farebox-{os.getuid()}" / f"{name}.sock"
    return [path, short] if len(os.fsencode(path)) <= _PATH_LIMIT else [short]


class HeartbeatSender:
    """Sends Heartbeats without ever waiting; a recorder that is gone, or a full buffer, is not an error."""

    def __init__(self, home: Path) -> None:
        self._paths = socket_paths(home)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.settimeout(0)

    def send(self, heartbeat: Heartbeat) -> None:
        message = msgspec.msgpack.encode(heartbeat)
        for path in self._paths:
            with contextlib.suppress(OSError):
                self._socket.sendto(message, os.fspath(path))
                return

    def close(self) -> None:
        self._socket.close()


class HeartbeatReceiver:
    """Receives the Heartbeats of all workers of a data folder. FareboxError if it can listen at no path."""

    def __init__(self, home: Path) -> None:
        problems = []
        for path in socket_paths(home):
            try:
                self._socket, self._path = _listen(path), path
                self._inode = path.stat().st_ino
                return
            except OSError as error:
                problems.append(f"{path} ({error.strerror or error})")
        raise FareboxError(f"the recorder cannot listen at {' or '.join(problems)}: make one of the folders writable")

    def receive(self) -> list[Heartbeat]:
        """Return the Heartbeats that have arrived since the last call."""
        heartbeats = []
        with contextlib.suppress(BlockingIOError):
            while True:
                with contextlib.suppress(msgspec.DecodeError):
                    heartbeats.append(msgspec.msgpack.decode(self._socket.recv(65536), type=Heartbeat))
        return heartbeats

    def close(self) -> None:
        with contextlib.suppress(OSError):
            # A recorder that started meanwhile may have put its own socket there.
            if self._path.stat().st_ino == self._inode:
                self._path.unlink()
        self._socket.close()


def _listen(path: Path) -> socket.socket:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.parent.stat().st_uid != os.getuid():
        raise PermissionError(f"{path.parent} belongs to another user")
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        listening.bind(os.fspath(path))
        path.chmod(0o600)
    except OSError:
        listening.close()
        raise
    listening.settimeout(0)
    return listening
