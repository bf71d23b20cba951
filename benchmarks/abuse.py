"""What other clients notice while the sidecar is abused; `make abuse` prints the table of docs/security.md.

One client calls every 50 ms, from a process of its own, while each abuse goes on. A row is false if it belongs to
no call that a client made. FLAGS="--short" abuses less, in a few seconds; "--stock" abuses `mitmdump -q`, which shows
how much of a delay is mitmproxy's own; "--only WORD" runs the abuses whose name contains it.
"""

import argparse
import asyncio
import contextlib
import functools
import gzip
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import psutil
from farebox.process.name import runs

from benchmarks.abuses import ABUSES, BODY, BOMB, Abuse, Target, head
from tests.support.sidecar import Sidecar, clean_environment
from tests.support.upstream import Asked, Step, Upstream, plain

EVERY = 0.05
ANSWER = b'{"id": "r", "model": "gpt-4o", "choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 1}}'
SCRIPT = Path(__file__).with_name("turns.py")
TURNS = "turns"
_PATIENCE_SECONDS = 60.0
# Then turns.py measures.
_START_SECONDS = 3.0


class Abused(NamedTuple):
    """A proxy that is abused: its ports, its first process, and its rows if it has a ledger."""

    proxy: int
    metrics: int
    pid: int
    sidecar: Sidecar | None


def main() -> None:
    """Print a line for each abuse."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--stock", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--client", nargs=3, metavar=("PROXY", "SECONDS", "PID"))
    given = parser.parse_args()
    if given.client:
        # With a provider of its own: the abused one is busy too.
        with Upstream(lambda _asked: plain(ANSWER), keep_bodies=False) as upstream:
            target = Target(int(given.client[0]), upstream.plain_port, 0)
            print(json.dumps(asyncio.run(_client(target, float(given.client[1]), int(given.client[2])))))
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    share, seconds = (20, 3.0) if given.short else (1, 10.0)
    print(
        "| abuse | calls | median | 99 % | worst | worst (CPU) | turn (CPU) | worker | recorder | false rows |\n"
        "|---|---|---|---|---|---|---|---|---|---|"
    )
    for abuse in ABUSES:
        if given.only in abuse.name:
            with tempfile.TemporaryDirectory() as folder, _proxy(Path(folder), is_stock=given.stock) as abused:
                line = _measured(abuse, abused, max(1, abuse.number // share), seconds)
                turns = Path(folder) / TURNS
                print(line.format(turn=turns.read_text(encoding="ascii") if turns.exists() else 0), flush=True)


@contextmanager
def _proxy(folder: Path, *, is_stock: bool) -> Iterator[Abused]:
    """Run a proxy of its own for one abuse."""
    if not is_stock:
        environment = {"ABUSE_TURNS": str(folder / TURNS)}
        with Sidecar(folder / "home", "--script", str(SCRIPT), environment=environment) as sidecar:
            time.sleep(_START_SECONDS)
            yield Abused(sidecar.port, urlsplit(sidecar.metrics_url).port or 0, sidecar.process.pid, sidecar)
        return
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    mitmdump = str(Path(sys.executable).with_name("mitmdump"))
    options = ("-q", "--listen-host", "127.0.0.1", "-p", str(port), "--set", f"confdir={folder}", "-s", str(SCRIPT))
    environment = {**clean_environment(), "ABUSE_TURNS": str(folder / TURNS)}
    process = subprocess.Popen([mitmdump, *options], env=environment, start_new_session=True)
    try:
        give_up = time.monotonic() + _PATIENCE_SECONDS
        while not _listens(port) and time.monotonic() < give_up:
            time.sleep(0.05)
        time.sleep(_START_SECONDS)
        yield Abused(port, port, process.pid, None)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _measured(abuse: Abuse, abused: Abused, number: int, seconds: float) -> str:
    """Return the line of one abuse."""
    worker_pid = abused.pid if abused.sidecar is None else _process(abused.pid, "farebox.proxy").pid
    with Upstream(_answer, keep_bodies=False) as upstream:
        target = Target(abused.proxy, upstream.plain_port, abused.metrics)
        line = [sys.executable, "-m", "benchmarks.abuse", "--client", *map(str, (target.proxy, seconds, worker_pid))]
        client = subprocess.Popen(line, stdout=subprocess.PIPE)
        asyncio.run(_abused(abuse, target, number, seconds))
        delays, spent = map(sorted, zip(*json.loads(client.communicate(timeout=120)[0]), strict=True))
    times = (delays[len(delays) // 2], delays[len(delays) * 99 // 100], delays[-1], spent[-1])
    figures = " | ".join(f"{1000 * one:.0f} ms" for one in times)
    start = f"| {number} x {abuse.name} | {len(delays)} | {figures} | {{turn}} ms |"
    if abused.sidecar is None:
        return f"{start} {_memory(psutil.Process(abused.pid))} MB | | |"
    worker, recorder = (_memory(_process(abused.pid, name)) for name in ("farebox.proxy", "farebox.recorder"))
    time.sleep(1.0)
    false = max(0, len(abused.sidecar.rows()) - len(delays) - abuse.calls(number))
    return f"{start} {worker} MB | {recorder} MB | {false} |"


def _answer(asked: Asked) -> list[Step]:
    if asked.headers.get("x-abuse") == "bomb":
        return plain(_bomb(), headers="content-encoding: gzip\r\n")
    return plain(ANSWER)


@functools.cache
def _bomb() -> bytes:
    return gzip.compress(b'{"model": "abuse", "x": "' + b" " * (BOMB >> 3) + b'"}', 9)


async def _abused(abuse: Abuse, target: Target, number: int, seconds: float) -> None:
    with contextlib.suppress(TimeoutError, OSError):
        async with asyncio.timeout(seconds + 2):
            await abuse.run(target, number)


def _process(parent: int, module: str) -> psutil.Process:
    """Return the process under `parent` that runs `module`."""
    children = psutil.Process(parent).children(recursive=True)
    return next(process for process in children if runs(module, process.name(), process.cmdline()))


def _memory(process: psutil.Process) -> int:
    """Return the largest memory of a process so far, in MB."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) // 1024


async def _client(target: Target, seconds: float, pid: int) -> list[tuple[float, float]]:
    """Return how many seconds each call took that was due at a multiple of EVERY, and the CPU of `pid` meanwhile.

    On a machine that does other things too, the latter says more about the proxy.
    """
    delays, began = [], time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", target.proxy)
    request = head(target, len(BODY)) + BODY
    for number in range(int(seconds / EVERY)):
        due = began + number * EVERY
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        spent = _cpu(pid)
        writer.write(request)
        await reader.readuntil(ANSWER)
        delays.append((time.monotonic() - due, _cpu(pid) - spent))
    writer.close()
    return delays


def _cpu(pid: int) -> float:
    """Return the CPU time of the first thread of a process, in seconds."""
    return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9


if __name__ == "__main__":
    main()
