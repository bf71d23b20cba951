"""Memory of all processes of a sidecar; `make memory` prints it, and puts it into RESULTS.md.

PSS counts pages that processes share once. The worker is measured while 1,000 streams are under way, and while a client
reads an answer of 64 MB slowly; the recorder after 100,000 calls that all have another host, model and user; the
add-on of a worker, in this process, after as many. FLAGS="--short" takes a tenth of each.
"""

import argparse
import asyncio
import contextlib
import os
import re
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psutil
from farebox.process.name import runs
from farebox.records import reading as spooled
from farebox.spool.writer import SpoolWriter
from msgspec.structs import replace

from tests.support.flows import Worker
from tests.support.sidecar import Sidecar, redirected, wait_until
from tests.support.upstream import Asked, Pause, Step, Upstream

from .json_call import JSON_CALLS, played
from .results import put
from .speed_answers import OPENAI, Scenario, answer
from .speed_load import Target, run
from .traffic import readings

_STREAMS, _NAMES, _LARGE = 1_000, 100_000, 64 << 20
_KINDS = {"farebox.recorder": "recorder", "farebox.proxy": "worker"}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--short", action="store_true")
    share = 10 if parser.parse_args().short else 1
    lines = list(_measured(_STREAMS // share, _NAMES // share, _LARGE // share))
    columns = ("supervisor", "recorder", "worker")
    table = ["| MB of PSS | supervisor | recorder | worker | all |", "|---|---|---|---|---|"]
    for what, found in lines:
        figures = [f"{found[name]:.0f}" if name in found else "" for name in columns]
        table.append(f"| {what} | {' | '.join(figures)} | {sum(found.values()):.0f} |")
    print("\n".join(table))
    head = f"`make memory`, {datetime.now(UTC):%Y-%m-%d}, while {os.getloadavg()[0]:.1f} processes wanted the cores."
    put("Memory", "\n".join((head, "", *table)))


def _measured(streams: int, names: int, large: int) -> Iterator[tuple[str, Mapping[str, float]]]:
    with (
        tempfile.TemporaryDirectory() as folder,
        Upstream(_answer(large), keep_bodies=False, hosts=(OPENAI,)) as upstream,
    ):
        home = Path(folder) / "home"
        with Sidecar(home, *redirected(upstream, Path(folder))) as sidecar:
            authority = sidecar.ca.strip("'")
            yield "after the start", _pss(sidecar)
            load = Scenario("", 0, streams, streams, chunks=40, pause=0.25)
            yield (
                f"{streams:,} streams, at most",
                _most(sidecar, lambda: asyncio.run(run(load, Target(sidecar.port, authority)))),
            )
            slow = _most(sidecar, lambda: asyncio.run(_read_slowly(sidecar.port, authority)))
            yield f"an answer of {large >> 20} MB, read slowly, at most", slow
            _spool_names(home / "spool", names)
            wait_until(lambda: sidecar.healthz()[1]["pending"] == 0, 1200)
            time.sleep(3)
            yield f"{names:,} hosts, models and users", _pss(sidecar)
    before = _own()
    asyncio.run(_meter_names(names // 10))
    first = _own()
    asyncio.run(_meter_names(names))
    yield f"the add-on alone, growth by {names // 10:,} hosts, models and users", {"worker": first - before}
    yield f"and by {names:,} more", {"worker": _own() - first}


def _answer(large: int) -> Callable[[Asked], list[Step]]:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\ncontent-length: %d\r\n\r\n" % large
    return lambda asked: [head, bytes(large)] if "x-large" in asked.headers else _streamed(asked)


def _streamed(asked: Asked) -> list[Step]:
    given = answer(OPENAI, int(asked.headers["x-chunks"]), float(asked.headers["x-pause"]))
    chunks = [step for _ in range(given.chunks) for step in (Pause(given.pause), given.chunk("word"))]
    return [given.begin, *chunks, given.end]


async def _read_slowly(port: int, authority: str) -> None:
    """Ask for the large answer, read nothing of it for some seconds, and leave."""
    context = ssl.create_default_context(cafile=authority)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"CONNECT {OPENAI}:443 HTTP/1.1\r\nhost: {OPENAI}:443\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    await writer.start_tls(context, server_hostname=OPENAI)
    writer.write(
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: {OPENAI}\r\nx-large: 1\r\ncontent-length: 2\r\n\r\n{{}}".encode()
    )
    await reader.readuntil(b"\r\n\r\n")
    await asyncio.sleep(10)
    writer.transport.abort()


def _spool_names(folder: Path, number: int) -> None:
    """Append calls as a worker does; each has a host, a model and a user of its own."""
    with closing(SpoolWriter(folder, "names")) as spool:
        for place, call in enumerate(readings(number)):
            own = {"host": f"h{place}.example.com", "model_requested": f"model-{place}", "model_returned": None}
            spool.append(spooled.encode(replace(call, **own, user_id=f"user-{place}")))


async def _meter_names(number: int) -> None:
    """Play calls through the add-on; each has a host, a model and a user of its own."""
    call = JSON_CALLS[0]
    with contextlib.ExitStack() as stack:
        worker = stack.enter_context(Worker(Path(stack.enter_context(tempfile.TemporaryDirectory()))))
        for place in range(number):
            own = call._replace(
                url=f"https://h{place}.example.com/v1/{place}/chat/completions",
                body=call.body.replace(b"gpt-4o", b"model-%d" % place),
                headers=call.headers | {"x-user-id": f"user-{place}", "user-agent": f"client{place}/1"},
            )
            await played(worker, own, 1)


def _most(sidecar: Sidecar, work: Callable[[], object]) -> Mapping[str, float]:
    """Return the most memory of each process while `work` is done."""
    running = threading.Thread(target=work)
    running.start()
    found: dict[str, float] = {}
    while running.is_alive():
        for name, size in _pss(sidecar).items():
            found[name] = max(size, found.get(name, 0.0))
        time.sleep(0.2)
    return found


def _pss(sidecar: Sidecar) -> dict[str, float]:
    tree = [psutil.Process(sidecar.process.pid), *psutil.Process(sidecar.process.pid).children(recursive=True)]
    found: dict[str, float] = {}
    for process in tree:
        of, command = process.name(), process.cmdline()
        name = next((kind for module, kind in _KINDS.items() if runs(module, of, command)), "supervisor")
        found[name] = found.get(name, 0.0) + _size(process.pid)
    return found


def _own() -> float:
    return _size(os.getpid())


def _size(pid: int) -> float:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    main()
