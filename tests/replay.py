"""Send recorded exchanges through the real sidecar, and hold its ledger against their oracle; `python -m tests.replay`.

The exchanges, the server that plays them and the client that sends them lie in the folder that FAREBOX_SHARED names.
FAREBOX_REPLAY is how many exchanges to take, by default all.
"""

import collections
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from farebox.metering.call import call_of
from farebox.pricing.cost import nanousd

from tests import corpus, corpus_sockets
from tests.support.authority import issue
from tests.support.postgres import free_port
from tests.support.sidecar import Sidecar, clean_environment

SECONDS = 600.0
TAG = "x-corpus-id"
# Fixtures that glue the streams of several calls into one body: a row is spooled with the first end mark, as a client
# leaves there. The meter alone reads on, and agrees with the oracle. docs/decisions/0008.
_GLUED = frozenset(
    {
        *("8c5ff425c2254bee", "4d4a417ddcd56ae3", "ac95ec22acd51bba", "24df897d2522f151"),
        *("dfffdb976d24f18d", "81b6dbe3ad36072a"),
    }
)
# A recording of two connections, of which the client plays the first.
_FIRST_CONNECTION_ALONE = "ws-7eadd1247807"
# Hosts that state a cost in the recordings, and that only the user can know to bill by it.
_COST_FIELDS = tuple({"field": "usage.cost", "host": host} for host in ("api.openai.com", "api.anthropic.com"))
_OWN_HOSTS = ({"name": "litellm", "hosts": ["0.0.0.0:4000"]}, {"name": "reseller", "hosts": ["localhost:8000"]})


class Mode(NamedTuple):
    """How a run goes. Where we ask for usage, streams lose a chunk that nobody asked for, so bytes are not compared."""

    name: str
    stream_usage: str
    upstream: tuple[str, ...] = ()

    @property
    def verifies_bytes(self) -> bool:
        return self.stream_usage == "observe"


MODES = (
    Mode("observe", "observe"),
    Mode("observe, cut anywhere", "observe", ("--split", "random")),
    Mode("observe, compressed", "observe", ("--gzip",)),
    Mode("auto", "auto"),
)


class Exchange(NamedTuple):
    """A recorded exchange as far as its row goes: what the oracle says of it, and whether it is to be a row at all."""

    id: str
    dialect: str
    is_row: bool
    oracle: dict[str, Any]


class Result(NamedTuple):
    """What a run showed. `bytes_differ` counts what the client got otherwise than recorded, or not at all."""

    rows: list[dict[str, Any]]
    bytes_differ: int
    client: dict[str, Any]


class Verdict(NamedTuple):
    """What is wrong with the rows of a run, in words, by dialect; and how many were as they should be."""

    counted: Mapping[str, collections.Counter[str]]
    wrong: list[str]


def exchanges(folder: Path, number: int) -> list[Exchange]:
    """Return some `number` of the exchanges, spread over the whole; all where it is 0."""
    every = list(corpus.exchanges(folder))
    step = max(1, len(every) // number) if number else 1
    return [_exchange(exchange, oracle) for exchange, oracle in every[::step]]


def _exchange(exchange: dict[str, Any], oracle: dict[str, Any]) -> Exchange:
    call = call_of(corpus.request_of(exchange), call_id="", started_at=0)
    if call is None:
        return Exchange(exchange["id"], "(no call)", is_row=False, oracle=oracle)
    return Exchange(exchange["id"], call.dialect.name, is_row=call.asked.completes is None, oracle=oracle)


def run(folder: Path, mode: Mode, taken: list[Exchange], home: Path) -> Result:
    """Send `taken` and the websocket sessions through a sidecar of its own; return what is in its ledger."""
    config = home.parent / "replay.yaml"
    options = {
        "intercept": {"all": True},
        "attribution": {"tags": [TAG]},
        "stream_usage": mode.stream_usage,
        "cost_fields": _COST_FIELDS,
        "providers": _OWN_HOSTS,
    }
    config.write_text(json.dumps(options), encoding="utf-8")
    ids = home.parent / "ids"
    ids.write_text("\n".join(exchange.id for exchange in taken), encoding="utf-8")
    with ExitStack() as running:
        tls, plain, authority = running.enter_context(_upstream(folder, mode, home.parent))
        sets = (
            *(f"replay_tls_port={tls}", f"replay_plain_port={plain}"),
            f"ssl_verify_upstream_trusted_ca={authority}",
        )
        sidecar = running.enter_context(
            Sidecar(
                home,
                *("--config", str(config), "--script", str(folder / "redirect_addon.py")),
                *(word for option in sets for word in ("--set", option)),
            )
        )
        told = _client(folder, sidecar.proxy, ids)
        _wait_until_recorded(sidecar)
        rows = sidecar.rows()
    differ = told.get("error", 0) + told.get("ws_error", 0) + told.get("ws_mismatch", 0)
    return Result(rows, differ + (told.get("MISMATCH", 0) if mode.verifies_bytes else 0), told)


def verdict(taken: list[Exchange], rows: list[dict[str, Any]], folder: Path) -> Verdict:
    """Return what `rows` have missing, doubled or otherwise than their oracle."""
    found: dict[str, list[dict[str, Any]]] = collections.defaultdict(list)
    for row in rows:
        found[(row["tags"] or {}).get(TAG, "(no id)")].append(row)
    counted: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    wrong: list[str] = []
    for exchange in taken:
        own = found.pop(exchange.id, [])
        counted[exchange.dialect].update(exchanges=1, rows=len(own))
        if len(own) != exchange.is_row:
            wrong.append(f"{exchange.dialect} {exchange.id} has {len(own)} rows, not {int(exchange.is_row)}")
            continue
        # What is billed beside calls has no oracle.
        for row in own if exchange.dialect not in corpus.BILLED_RESOURCES else ():
            wrong += [f"{exchange.dialect} {exchange.id} {words}" for words in _differences(row, exchange.oracle)]
    for session, oracle in corpus_sockets.sessions(folder):
        own = found.pop(session["id"], [])
        counted["websocket"].update(exchanges=1, rows=len(own))
        wrong += [f"websocket {session['id']} {words}" for words in _session_differences(own, oracle)]
    wrong += [f"a row that nobody asked for: {identity}" for identity in found]
    return Verdict(counted, wrong)


def _differences(row: dict[str, Any], oracle: dict[str, Any]) -> Iterator[str]:
    """Yield where `row` departs from the oracle.

    What that does not state, or states as zero, may be estimated. Parts of an estimate are unknown, and so is a zero
    that can't be true, if the cost says so.
    """
    told = (oracle["usage"] or {}) | corpus.billed_beside(oracle)
    estimated = row["estimate"] or {}
    excepted = tuple(corpus.COLUMNS.values()) if oracle["id"] in _GLUED else corpus.EXCEPTIONS.get(oracle["id"], ())
    for name, column in corpus.COLUMNS.items():
        expected, ours = told.get(name), row[column]
        is_unknown = ours is None and (estimated or (expected == 0 and row["cost_status"] != "priced"))
        may_differ = not expected and (column in estimated or is_unknown)
        if ours != expected and column not in excepted and not may_differ:
            yield f"{column}: {ours}, the oracle has {expected}"
    if (billed := oracle["provider_reported_cost"]) and "byok" not in oracle["flags"]:
        expected = nanousd(Decimal(repr(billed["amount"])))
        if (row["cost_nanousd"], row["cost_status"]) != (expected, "reported"):
            yield f"cost_nanousd: {row['cost_nanousd']} {row['cost_status']}, the oracle has {expected}"


def _session_differences(rows: list[dict[str, Any]], oracle: dict[str, Any]) -> Iterator[str]:
    answers = [row for row in rows if row["operation"] != "transcription" and row["usage_source"] == "reported"]
    responses = oracle["responses"][:1] if oracle["id"] == _FIRST_CONNECTION_ALONE else oracle["responses"]
    if len(answers) != len(responses):
        yield f"{len(answers)} responses, the oracle has {len(responses)}"
    if oracle["id"] != _FIRST_CONNECTION_ALONE:
        for name, column in corpus_sockets.SUMS.items():
            expected = oracle["session_total"].get(name)
            ours = sum(row[column] or 0 for row in answers)
            if expected is not None and ours != expected:
                yield f"{column}: {ours} in all, the oracle has {expected}"


@contextmanager
def _upstream(folder: Path, mode: Mode, into: Path) -> Iterator[tuple[int, int, Path]]:
    """Serve the exchanges under certificates of their hosts; yield the ports, and the certificate that signs them."""
    tls, plain = free_port(), free_port()
    every = [*corpus.exchanges(folder), *corpus_sockets.sessions(folder)]
    hosts = {urlsplit(exchange["url"]).hostname or "" for exchange, _ in every}
    authority, certificate, key = issue(into, sorted(hosts - {""}))
    files = (word for name in ("dev.jsonl.gz", "dev_ws.jsonl.gz") for word in ("--file", str(folder / name)))
    ports = ("--port", str(tls), "--tls", "--plain-port", str(plain), "--cert", str(certificate), "--key", str(key))
    process = subprocess.Popen(
        [sys.executable, str(folder / "replay_upstream.py"), *files, *ports, *mode.upstream],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout
    try:
        assert process.stdout.readline().startswith(b"replay: ")
        yield tls, plain, authority
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()


def _client(folder: Path, proxy: str, ids: Path) -> dict[str, Any]:
    """Return what the client counted."""
    arguments = ("--file", str(folder / "dev.jsonl.gz"), "--ids", str(ids), "--ws", str(folder / "dev_ws.jsonl.gz"))
    done = subprocess.run(
        [sys.executable, str(folder / "replay_client.py"), *arguments, "--proxy", proxy, "-c", "16", "--verify"],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if not done.stdout.startswith("{"):
        raise AssertionError(f"the client ended with {done.returncode}:\n{done.stderr}")
    sys.stderr.write(done.stderr)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _wait_until_recorded(sidecar: Sidecar) -> None:
    """Wait until as many rows are there as there will be: none has come for a second."""
    before, give_up = -1, time.monotonic() + 60
    while (now := len(sidecar.rows())) != before and time.monotonic() < give_up:
        before = now
        time.sleep(1)


def report(mode: Mode, result: Result, found: Verdict) -> None:
    """Print the table of a run."""
    print(f"\n{mode.name}: {result.client}")
    print(f"{'dialect':26} {'exchanges':>9} {'rows':>6}")
    for dialect, numbers in sorted(found.counted.items()):
        print(f"{dialect:26} {numbers['exchanges']:9} {numbers['rows']:6}")
    print(f"rows {len(result.rows)}, wrong {len(found.wrong)}, byte differences {result.bytes_differ}")
    for words in found.wrong[:40]:
        print("  ", words)


def main() -> int:
    folder = corpus.folder()
    if folder is None:
        print("FAREBOX_SHARED is not set: no exchanges to send")
        return 1
    taken = exchanges(folder, int(os.environ.get("FAREBOX_REPLAY", "0")))
    is_well = True
    for mode in MODES:
        with tempfile.TemporaryDirectory() as place:
            result = run(folder, mode, taken, Path(place) / "home")
        found = verdict(taken, result.rows, folder)
        report(mode, result, found)
        is_well = is_well and not found.wrong and not result.bytes_differ
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
