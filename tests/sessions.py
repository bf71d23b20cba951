"""Session files: the messages of a websocket in each, and the Readings that they make.

`python -m tests.sessions --update` rewrites the readings, and nothing else; review the difference as you would code.
"""

import itertools
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from farebox.metering.call import call_of
from farebox.metering.websocket_meter import WebSocketMeter
from farebox.records import reading
from farebox.records.exchange import Request, Response, request_to
from farebox.records.reading import Reading

from tests.cases import FOLDER, columns

_PART = re.compile(r"^-- (to client|to server|readings) --\n", re.MULTILINE)
_UPGRADE = (("upgrade", "websocket"), ("connection", "Upgrade"))


@dataclass(frozen=True, slots=True)
class Recorded:
    """One session file: its first line is the promise, its second what is asked for; then messages, one a line."""

    path: Path
    promise: str
    request: Request
    messages: tuple[tuple[bool, bytes], ...]
    readings: list[dict[str, Any]]

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}"

    def session(self) -> WebSocketMeter:
        call = call_of(self.request, call_id="session", started_at=0)
        assert call is not None, f"{self.path}: no dialect claims the request"
        return WebSocketMeter(call, Response(101), map(str, itertools.count()).__next__)

    def read(self, number: int | None = None) -> list[Reading]:
        """Return what the first `number` messages make, a second apart, when the client then breaks off."""
        session = self.session()
        found: list[Reading] = []
        messages = self.messages[:number]
        for second, (is_from_client, message) in enumerate(messages):
            found.extend((session.to_server if is_from_client else session.to_client)(message, float(second)))
        found.extend(session.close(float(len(messages)), reading.CLIENT_ABORT))
        assert session.failure is None
        return found


def sessions() -> Iterator[Recorded]:
    """Yield every session file."""
    return map(load, sorted(FOLDER.glob("*/*.session")))


def load(path: Path) -> Recorded:
    """Return the session that `path` holds."""
    head, *rest = _PART.split(path.read_text(encoding="utf-8"))
    promise, url, *_ = head.split("\n\n")
    parts = list(zip(rest[::2], rest[1::2], strict=True))
    messages = tuple(
        (name == "to server", line.encode()) for name, part in parts if name != "readings" for line in part.splitlines()
    )
    return Recorded(
        path,
        promise.strip(),
        request_to("GET", url.strip().replace("wss:", "https:"), _UPGRADE),
        messages,
        json.loads(dict(parts).get("readings") or "[]"),
    )


def update(recorded: Recorded) -> None:
    """Rewrite the readings of `recorded`."""
    before, _, _ = recorded.path.read_text(encoding="utf-8").partition("-- readings --\n")
    found = json.dumps([columns(one) for one in recorded.read()], indent=2, ensure_ascii=False)
    recorded.path.write_text(f"{before}-- readings --\n{found}\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] != ["--update"]:
        sys.exit("usage: python -m tests.sessions --update")
    for each in sessions():
        update(each)
