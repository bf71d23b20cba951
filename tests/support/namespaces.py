"""Network namespaces for tests: a gateway, in which this thread and its children run, and a client behind it."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.sidecar import clean_environment

GATEWAY, CLIENT = "10.99.0.1", "10.99.0.2"
# Addresses of documentation: there are no such servers, and neither namespace has a route to the outside.
PROVIDER, OTHER = "203.0.113.10", "203.0.113.11"
SECONDS = 60


@dataclass(frozen=True)
class Namespaces:
    """Both namespaces; `holder` is a process in the client's."""

    holder: int

    def in_client(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run `command` in the namespace of the client."""
        return run("nsenter", "-t", str(self.holder), "-n", *command)


def run(*command: str, user: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run `command`; its result is the caller's to check."""
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
        env=clean_environment(),
        user=user,
    )


def missing(*programs: str) -> str | None:
    """Return why namespaces or one of `programs` cannot be used here; None if they can."""
    if run("unshare", "--net", "true").returncode:
        return "network namespaces are not permitted here"
    absent = [program for program in (*programs, "ip", "nsenter") if run("which", program).returncode]
    return f"{', '.join(absent)} not installed" if absent else None


@contextmanager
def namespaces() -> Iterator[Namespaces]:
    """Move this thread into a gateway of its own, with a client behind it, until the block ends."""
    before = os.open(f"/proc/{os.getpid()}/ns/net", os.O_RDONLY)
    os.unshare(os.CLONE_NEWNET)
    holder = subprocess.Popen(["unshare", "--net", "sleep", "600"])
    try:
        _connect(holder.pid)
        yield Namespaces(holder.pid)
    finally:
        holder.kill()
        holder.wait(10)
        os.setns(before, os.CLONE_NEWNET)
        os.close(before)


def _connect(client: int) -> None:
    # Until it has unshared, the holder is in our namespace, and so would be the interface.
    while Path(f"/proc/{client}/ns/net").readlink() == Path("/proc/thread-self/ns/net").readlink():
        pass
    inside = ("nsenter", "-t", str(client), "-n")
    for command in (
        f"ip link add clients type veth peer name eth0 netns {client}",
        f"ip address add {GATEWAY}/24 dev clients",
        "ip link set clients up",
        "ip link set lo up",
        f"ip route add default via {CLIENT}",
    ):
        assert run(*command.split()).returncode == 0, command
    for command in (
        "ip link set lo up",
        f"ip address add {CLIENT}/24 dev eth0",
        "ip link set eth0 up",
        f"ip route add default via {GATEWAY}",
    ):
        assert run(*inside, *command.split()).returncode == 0, command
