"""Case files: an exchange in each, and what the meter must read from it.

`python -m tests.cases --update` rewrites their records, and nothing else; review the difference as you would code.
"""

import base64
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import yaml
from farebox.billing.key_kind import API
from farebox.billing.payer import UNKNOWN, Payer
from farebox.config.settings import Settings
from farebox.metering.call import call_of
from farebox.metering.meter import Meter
from farebox.providers.table import Table
from farebox.records.exchange import Request, Response, request_to
from farebox.records.reading import Reading

FOLDER = Path(__file__).parent / "cases"
# What the clock, the body's length or the body itself say.
_LEFT_OUT = {
    "id",
    "started_at",
    "usage",
    "raw_usage",
    "meter_failed",
    "is_unreadable",
    "cost_header",
    "stated_cost",
    "is_cost_believed",
    "request_bytes",
    "response_bytes",
    "params",
    "ratelimit",
    "sizes",
    "is_side_task",
    "is_delegating",
    "is_repeatable",
}
_PART = re.compile(r"^-- (settings|request|request \(base64\)|reply|reply \(base64\)|record) --\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Case:
    """One case file; `promise` is its first line, `table` who bills, with the lines that its settings add."""

    path: Path
    promise: str
    request: Request
    response: Response
    body: bytes
    record: dict[str, Any]
    table: Table

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}"

    def meter(self, *headers: tuple[str, str]) -> Meter:
        """Return a meter for the reply, whose head has `headers` besides its own."""
        call = call_of(self.request, call_id=self.name, started_at=0, table=self.table)
        assert call is not None, f"{self.path}: no dialect claims the request"
        return Meter(call, Response(self.response.status, (*self.response.headers, *headers)))

    def meter_after(self, body: bytes) -> Meter:
        """Return a meter that has read `body`."""
        meter = self.meter()
        meter.feed(body, 0.5)
        return meter

    def read(self, pieces: Iterable[bytes], *headers: tuple[str, str]) -> Reading:
        """Return what the meter reads when the reply's body arrives in `pieces`."""
        meter = self.meter(*headers)
        for piece in pieces:
            meter.feed(piece, 0.5)
        reading = meter.close(1.0)
        assert meter.failure is None
        return reading


def cases() -> Iterator[Case]:
    """Yield every case."""
    return map(load, sorted(FOLDER.glob("*/*.case")))


def load(path: Path) -> Case:
    """Return the case that `path` holds."""
    promise, *rest = _PART.split(path.read_bytes().decode())
    parts = dict(zip(rest[::2], rest[1::2], strict=True))
    first_line, headers, body = _message(parts, "request")
    method, url = first_line.split()
    request = request_to(method, url, headers, body)
    status, headers, body = _message(parts, "reply")
    response = Response(int(status), headers)
    return Case(
        path,
        promise.strip(),
        request,
        response,
        body,
        json.loads(parts.get("record") or "{}"),
        msgspec.convert(yaml.safe_load(parts.get("settings", "{}")), Settings).table,
    )


def columns(reading: Reading) -> dict[str, Any]:
    """Return the columns of `reading` that have a value, but for those of time, size and identity."""
    told = {name: value for name, value in msgspec.structs.asdict(reading).items() if name not in _LEFT_OUT}
    told |= msgspec.structs.asdict(reading.usage)
    told["parts"] = msgspec.to_builtins(reading.parts)
    told["is_pending"] = reading.is_pending or None
    if _is_assumed(reading):
        told |= {"billing": None, "billing_source": None, "key_kind": None}
    return {name: value for name, value in told.items() if value is not None and not name.endswith(("_ms", "_us"))}


def _is_assumed(reading: Reading) -> bool:
    """Return whether nothing says who pays: a plain key, or none, at a host that sells by the call."""
    payer = Payer(reading.billing or UNKNOWN, reading.billing_source, reading.plan)
    return payer.is_assumed and reading.key_kind in {None, API}


def update(case: Case) -> None:
    """Rewrite the record of `case` with what the meter reads."""
    before, _, _ = case.path.read_bytes().partition(b"-- record --\n")
    record = json.dumps(columns(case.read([case.body])), indent=2)
    case.path.write_bytes(before + f"-- record --\n{record}\n".encode())


def _message(parts: dict[str, str], name: str) -> tuple[str, tuple[tuple[str, str], ...], bytes]:
    encoded = parts.get(f"{name} (base64)")
    head, _, text = (parts[name] if encoded is None else encoded).partition("\n\n")
    body = text.encode() if encoded is None else base64.b64decode(text)
    first_line, *lines = head.splitlines()
    headers = (line.partition(":") for line in lines)
    return first_line, tuple((name.lower(), value.strip()) for name, _, value in headers), body


if __name__ == "__main__":
    if sys.argv[1:] != ["--update"]:
        sys.exit("usage: python -m tests.cases --update")
    for each in cases():
        update(each)
