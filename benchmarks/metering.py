"""CPU of metering alone, without sockets: `make bench-metering` prints it.

A JSON call takes the add-on's hooks from the head of the request to the spool; a stream takes the meter of its API.
With FLAGS="--before REV", the code of another revision takes turns with this one. A figure is the median of the best
of each round, in microseconds of the thread's CPU, which other processes change less than times.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from farebox.metering.call import call_of
from farebox.metering.meter import Meter
from farebox.records.exchange import Response

from benchmarks.json_call import JSON_CALLS, JsonCall, seconds_of_hooks
from tests.support.stream_chunks import STREAMS, Stream

_ROOT = Path(__file__).resolve().parents[1]
_CALLS, _SAMPLES, _WORDS = 40, 7, 400
# A record of TLS.
_BURST, _READ = 100, 16_384


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--before", metavar="REV")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--one-round", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one_round:
        print(json.dumps(dict(_measured())))
        return
    with tempfile.TemporaryDirectory() as folder:
        subjects = {"now": _ROOT}
        if given.before:
            subjects = {"before": _extracted(given.before, Path(folder)), **subjects}
        taken = [{name: _one_round(path) for name, path in subjects.items()} for _ in range(given.rounds)]
    print(f"microseconds of CPU, medians of {given.rounds} rounds, load {os.getloadavg()[0]:.1f}")
    print(f"{'':<36}" + "".join(f"{name:>10}" for name in subjects))
    for what in taken[0]["now"]:
        figures = [statistics.median(one[name][what] for one in taken) for name in subjects]
        print(f"{what:<36}" + "".join(f"{figure:10.1f}" for figure in figures))


def _extracted(revision: str, folder: Path) -> Path:
    archive = folder / "before.tar"
    subprocess.run(["git", "archive", "--output", str(archive), revision, "addons"], cwd=_ROOT, check=True)  # noqa: S607
    subprocess.run(["tar", "-xf", str(archive), "-C", str(folder)], check=True)  # noqa: S607
    return folder


def _one_round(path: Path) -> Mapping[str, float]:
    environment = {**os.environ, "PYTHONPATH": f"{path / 'addons'}:{_ROOT}"}
    command = [sys.executable, str(Path(__file__).resolve()), "--one-round"]
    done = subprocess.run(command, env=environment, cwd=_ROOT, check=True, capture_output=True, text=True)
    figures: Mapping[str, float] = json.loads(done.stdout)
    return figures


def _measured() -> Iterator[tuple[str, float]]:
    """Yield each scenario with its microseconds of CPU."""
    for call in JSON_CALLS:
        samples = [_of_call(call) for _ in range(_SAMPLES + 1)]
        yield call.name, min(samples[1:])
    for stream in STREAMS:
        samples = [_of_chunk(stream) for _ in range(_SAMPLES + 1)]
        yield f"chunk of {stream.name}", min(samples[1:])
    for stream in STREAMS:
        yield f"{stream.name}, in reads", min(_of_burst(stream) for _ in range(_SAMPLES))


def _of_call(call: JsonCall) -> float:
    calls = max(2, min(_CALLS, 4_000_000 // len(call.body)))
    with tempfile.TemporaryDirectory() as folder:
        return 1e6 * seconds_of_hooks(call, calls, Path(folder)) / calls


def _of_chunk(stream: Stream) -> float:
    """Return the time of a chunk in the middle of a stream."""
    call = call_of(stream.request, call_id="1", started_at=0)
    assert call is not None, stream.name
    meter = Meter(call, Response(200, (("content-type", stream.content_type),)))
    first, rest = _halves(list(stream.chunks(_WORDS)))
    for chunk in first:
        meter.feed(chunk, 1.0)
    started = time.thread_time()
    for chunk in rest:
        meter.feed(chunk, 2.0)
    spent = time.thread_time() - started
    reading = meter.close(3.0)
    assert reading.output_chunks == _WORDS, (stream.name, reading.output_chunks)
    assert not reading.meter_failed
    assert not reading.is_unreadable
    return 1e6 * spent / len(rest)


def _of_burst(stream: Stream) -> float:
    """Return the time of a chunk of a whole short stream that arrives at once, in reads that end within chunks."""
    call = call_of(stream.request, call_id="1", started_at=0)
    assert call is not None, stream.name
    body = b"".join(stream.chunks(_BURST))
    started = time.thread_time()
    meter = Meter(call, Response(200, (("content-type", stream.content_type),)))
    for start in range(0, len(body), _READ):
        meter.feed(body[start : start + _READ], 1.0)
    reading = meter.close(2.0)
    spent = time.thread_time() - started
    assert reading.output_chunks == _BURST, (stream.name, reading.output_chunks)
    return 1e6 * spent / _BURST


def _halves(chunks: list[bytes]) -> tuple[list[bytes], list[bytes]]:
    middle = len(chunks) // 4
    return chunks[:middle], chunks[middle:]


if __name__ == "__main__":
    main()
