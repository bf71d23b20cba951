"""How fast a model on a machine of one's own writes, as measured by its recorded calls."""

from typing import NamedTuple

from sqlalchemy import Connection, select

from ..records import reading
from ..records.machine_time import machine_ms
from .conditions import matches
from .current import as_completed
from .schema import calls
from .summary import MODEL

_LATEST = 1_000


class Speed(NamedTuple):
    """The milliseconds of the machine for each output token, over a number of `calls`."""

    ms_per_token: float
    calls: int

    @property
    def tokens_per_second(self) -> float:
        return 1000 / self.ms_per_token

    def duration_ms(self, output_tokens: int | None) -> int | None:
        """Return how long the machine would work for an answer; None if its length is unknown."""
        return None if output_tokens is None else max(1, round(output_tokens * self.ms_per_token))


def measured_speed(connection: Connection, provider: str, model: str) -> Speed | None:
    """Return the speed of the model's latest calls; None if none was recorded."""
    wanted = (
        matches(calls.c.provider, [provider]),
        matches(MODEL, [model]),
        calls.c.output_tokens > 0,
        calls.c.outcome == reading.OK,
    )
    fields = (calls.c.raw_usage, calls.c.price_context, calls.c.duration_ms, calls.c.output_tokens)
    latest = select(*fields).where(*wanted).order_by(calls.c.started_at.desc()).limit(_LATEST)
    rows = connection.execute(as_completed(connection, latest))
    times = [(machine_ms(sent, words) or duration, tokens) for sent, words, duration, tokens in rows]
    known = [(time, tokens) for time, tokens in times if time]
    if not known:
        return None
    return Speed(sum(time for time, _ in known) / sum(tokens for _, tokens in known), len(known))
