"""The tables of `benchmarks.speed`."""

import os
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from .speed_answers import Scenario
from .speed_round import Round
from .speed_subjects import DIRECT, FAREBOX, STOCK, TAP, UNMETERED

_MIB = 1 << 20


def ratio(taken: Sequence[Round], scenario: Scenario, subject: str, to: str = "") -> float:
    """Return the CPU of `subject` as a share of another one's in the same round: the median.

    By default that of mitmproxy which passes chunks on: alone, it collects a stream and sends it as one piece.
    """
    to = to or (TAP if scenario.chunks else STOCK)
    pairs = [(one[scenario.name, subject].total, one[scenario.name, to].total) for one in taken]
    return statistics.median(own / other for own, other in pairs if other)


def page(
    scenarios: Sequence[Scenario], subjects: Sequence[str], taken: Sequence[Round], memory: Mapping[str, int]
) -> str:
    """Return all tables."""
    parts = [_head(len(taken)), _cpu(scenarios, subjects, taken)]
    if UNMETERED in subjects:
        parts += [_waiting(scenarios, subjects, taken), _speed(scenarios, subjects, taken)]
        parts += [_processes(scenarios, taken), _memory(memory)]
    return "\n\n".join("\n".join(part) for part in parts)


def _head(rounds: int) -> Iterator[str]:
    load = os.getloadavg()[0]
    yield f"`make bench`, {datetime.now(UTC):%Y-%m-%d}, while {load:.1f} processes wanted the two cores, those of the"
    yield f"measurement among them. Medians of {rounds} rounds, in which the subjects take turns. CPU is that of all"
    yield "processes of a subject, as a share of `mitmdump -q`, or, in streams, of mitmdump with an add-on that passes"
    yield "chunks on, as farebox does. *unmetered*: farebox with its tunings, without the add-on that meters. The"
    yield "ledgers had a row for each call, with the provider's tokens."


def _cpu(scenarios: Sequence[Scenario], subjects: Sequence[str], taken: Sequence[Round]) -> Iterator[str]:
    others = [one for one in subjects if one not in {STOCK, TAP, DIRECT}]
    yield from _table("scenario", ["stock, microseconds", *others, "target"])
    for one in scenarios:
        stock = TAP if one.chunks else STOCK
        micros = statistics.median(1e6 * each[one.name, stock].total / one.calls for each in taken)
        shares = [f"{ratio(taken, one, name):.2f}" if _has(taken, one, name) else "" for name in others]
        yield f"| {one.name} | {micros:,.0f} | {' | '.join(shares)} | {one.target:.2f} |"


def _waiting(scenarios: Sequence[Scenario], subjects: Sequence[str], taken: Sequence[Round]) -> Iterator[str]:
    yield "Milliseconds from the moment at which the provider sends a chunk to its arrival: the first one of a stream,"
    yield "and the others."
    yield ""
    names = [one for one in subjects if one != STOCK]
    yield from _table("scenario", names)
    for one in (each for each in scenarios if each.pause):
        for kind in ("first", "transit"):
            seen = [_median(getattr(each[one.name, name].taken, kind) for each in taken) for name in names]
            yield f"| {one.name}: {'first' if kind == 'first' else 'others'} | {' | '.join(seen)} |"


def _speed(scenarios: Sequence[Scenario], subjects: Sequence[str], taken: Sequence[Round]) -> Iterator[str]:
    yield "Calls a second. *direct* shows how much the load and the provider could do."
    yield ""
    yield from _table("scenario", subjects)
    for one in (each for each in scenarios if not each.pause):
        seen = []
        for name in subjects:
            rates = [one.calls / each[one.name, name].taken.seconds for each in taken if (one.name, name) in each]
            seen.append(f"{statistics.median(rates):,.0f}" if rates else "")
        yield f"| {one.name} | {' | '.join(seen)} |"


def _processes(scenarios: Sequence[Scenario], taken: Sequence[Round]) -> Iterator[str]:
    yield "Farebox's processes, in microseconds a call, and what metering adds to the worker's."
    yield ""
    yield from _table("scenario", ["worker", "recorder", "supervisor", "worker, of unmetered"])
    for one in scenarios:
        roles = [
            statistics.median(1e6 * each[one.name, FAREBOX].cpu.get(role, 0.0) / one.calls for each in taken)
            for role in ("worker", "recorder", "first")
        ]
        pairs = [(each[one.name, FAREBOX].cpu["worker"], each[one.name, UNMETERED].cpu["worker"]) for each in taken]
        shares = [own / other for own, other in pairs if other]
        share = f"{statistics.median(shares):.2f}" if shares else ""
        yield f"| {one.name} | {' | '.join(f'{role:,.0f}' for role in roles)} | {share} |"


def _memory(memory: Mapping[str, int]) -> Iterator[str]:
    yield "Memory of all processes after the last round, in MiB (PSS)."
    yield ""
    yield from _table("", list(memory))
    yield f"| | {' | '.join(f'{one / _MIB:,.0f}' for one in memory.values())} |"


def _table(first: str, columns: Sequence[str]) -> Iterator[str]:
    yield f"| {first} | {' | '.join(columns)} |"
    yield "|---" * (len(columns) + 1) + "|"


def _has(taken: Sequence[Round], scenario: Scenario, name: str) -> bool:
    return (scenario.name, name) in taken[0]


def _median(values: Iterable[float | None]) -> str:
    known = [one for one in values if one is not None]
    return f"{statistics.median(known):.2f}" if known else ""
