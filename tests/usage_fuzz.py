"""Count the rows that are silently wrong after one field of a usage object is changed; `make fuzz` prints it.

FAREBOX_FUZZ=0.1 tries a tenth of the mutations.

The truth is the row of the unchanged response, which cases and the comparison with recordings hold. A row is silent if
it differs from the truth and neither a reason, an estimate nor the status of its cost says so.
"""

import collections
import os
import random
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from farebox.metering.call import call_of
from farebox.metering.meter import Meter
from farebox.pricing.row import RESERVATIONS
from farebox.pricing.standard import standard
from farebox.providers.table import PROVIDERS, Table
from farebox.recorder.reading_to_record import record_of
from farebox.records.columns import Tokens
from farebox.records.exchange import Request, Response
from farebox.records.record import Record

from tests import corpus
from tests.cases import cases
from tests.support import usage_mutations as mutations

_COLUMNS = Tokens.__struct_fields__
_TOTALS = frozenset({"input_tokens", "output_tokens"})
_CLAIMED_FREE = frozenset({"count_tokens", "list_models", "create_session"})
_PRICER = standard()


class Exchange(NamedTuple):
    """One call with its response."""

    name: str
    request: Request
    response: Response
    body: bytes
    table: Table = PROVIDERS

    def row(self, body: bytes, content_type: str) -> Record | None:
        """Return the ledger's row for the call if `body` is its response."""
        call = call_of(self.request, call_id=self.name, started_at=1_790_000_000_000_000_000, table=self.table)
        if call is None:
            return None
        headers = [pair for pair in self.response.headers if pair[0] not in _FRAMING]
        meter = Meter(call, Response(self.response.status, (("content-type", content_type), *headers)))
        meter.feed(body, 0.5)
        return record_of(meter.close(1.0), _PRICER)


_FRAMING = ("content-type", "content-encoding", "content-length", "transfer-encoding")


class Silent(NamedTuple):
    """A row that is wrong and does not say so; `has_trace` if the response shows it."""

    name: str
    dialect: str
    field: str
    kind: str
    has_trace: bool
    differs: str


class Count(NamedTuple):
    """The number of mutations, of those that the response shows, and the silent ones."""

    mutations: int
    with_trace: int
    silent: list[Silent]

    @property
    def told(self) -> list[Silent]:
        """The silent ones that the response shows."""
        return [one for one in self.silent if one.has_trace]


def from_cases() -> Iterator[Exchange]:
    """Yield the exchanges of the cases."""
    for case in cases():
        yield Exchange(case.name, case.request, case.response, case.body, case.table)


def from_corpus(folder: Path) -> Iterator[Exchange]:
    """Yield the recorded exchanges."""
    for exchange, _ in corpus.exchanges(folder):
        yield Exchange(exchange["id"], corpus.request_of(exchange), *corpus.response_of(exchange))


def count(exchanges: Iterable[Exchange], share: float = 1.0) -> Count:
    """Return the count over the mutations of `exchanges`, or over a `share` of them."""
    dice, number, with_trace, silent = random.Random(17), 0, 0, list[Silent]()
    for exchange in exchanges:
        if not _is_fit(exchange):
            continue
        read = mutations.read(exchange.response.header("content-type"), exchange.body)
        truth = exchange.row(*mutations.framed(exchange.response.header("content-type"), read))
        if truth is None or truth.usage_source != "reported" or truth.operation in _CLAIMED_FREE:
            continue
        for field, kind, changed in mutations.each(read):
            if dice.random() >= share:
                continue
            row = exchange.row(*mutations.framed(exchange.response.header("content-type"), changed))
            assert row is not None
            number += 1
            has_trace = mutations.has_trace(read, field, kind)
            with_trace += has_trace
            wrong = list(_wrong(row, truth))
            if wrong and not _says_so(row, truth):
                silent.append(Silent(exchange.name, row.dialect or "", field.name, kind, has_trace, ", ".join(wrong)))
    return Count(number, with_trace, silent)


def _is_fit(exchange: Exchange) -> bool:
    return exchange.response.status == 200 and bool(exchange.body)


def _wrong(row: Record, truth: Record) -> Iterator[str]:
    """Yield the columns that differ; a part that is unknown is not wrong as long as the cost is right."""
    for name in _COLUMNS:
        ours, true = getattr(row, name), getattr(truth, name)
        if ours != true and (ours is not None or name in _TOTALS):
            yield f"{name} {ours} for {true}"
    if row.cost_nanousd != truth.cost_nanousd:
        yield f"cost {row.cost_nanousd} for {truth.cost_nanousd}"


def _says_so(row: Record, truth: Record) -> bool:
    reasons = set(row.cost_reasons or ())
    new = reasons - set(truth.cost_reasons or ())
    return bool(row.estimate or new or reasons & RESERVATIONS) or row.usage_source != truth.usage_source


def main() -> int:
    shared = corpus.folder()
    sources = {"cases": from_cases(), **({"recordings": from_corpus(shared)} if shared else {})}
    for source, exchanges in sources.items():
        found = count(exchanges, float(os.environ.get("FAREBOX_FUZZ", "1")))
        print(f"{source}: {_figures(len(found.silent), found.mutations)} of all mutations are silent")
        print(f"{source}: {_figures(len(found.told), found.with_trace)} of those that the response shows")
        by_place = collections.Counter((one.dialect, one.field, one.kind, one.has_trace) for one in found.silent)
        for (dialect, field, kind, has_trace), number in by_place.most_common(None if "-v" in sys.argv else 25):
            print(f"{number:6} {dialect:20} {kind:9} {field} {'' if has_trace else '(no trace)'}")
        if "-v" in sys.argv:
            for one in found.told:
                print(*one)
    return 0


def _figures(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.2%})" if whole else "none"


if __name__ == "__main__":
    sys.exit(main())
