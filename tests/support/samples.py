"""Readings and Records as a recorder gets them, for tests that need some."""

import itertools
from datetime import UTC, datetime
from typing import Any

from farebox.pricing.standard import standard
from farebox.recorder import reading_to_record
from farebox.records.reading import Reading
from farebox.records.record import Record
from farebox.records.usage import Usage

AT = datetime(2026, 11, 1, 12, 30, 15, 250000, tzinfo=UTC)
STARTED_AT = 1_793_536_215_250_000_000
_numbers = itertools.count(1)


def new_id() -> str:
    """Return an id that no other sample has."""
    return f"01900000-0000-7000-8000-{next(_numbers):012d}"


def reading(**values: Any) -> Reading:
    """Return a plain OpenAI call that used 1,000 tokens, with `values` instead."""
    given = {
        "id": new_id(),
        "started_at": STARTED_AT,
        "provider": "openai",
        "host": "api.openai.com",
        "outcome": "ok",
        "status": 200,
        "dialect": "openai_chat",
        "operation": "chat",
        "model_requested": "gpt-4o",
        "usage": Usage(input_tokens=900, output_tokens=100),
    }
    return Reading(**{**given, **values})


def record_of(read: Reading) -> Record:
    """Return the row of `read` at the prices that came with farebox, nothing learned."""
    return reading_to_record.record_of(read, standard())


def record(**values: Any) -> Record:
    """Return the row of a plain call, with `values` instead."""
    given = {
        "id": new_id(),
        "started_at": AT,
        "provider": "openai",
        "host": "api.openai.com",
        "outcome": "ok",
        "usage_source": "reported",
        "cost_status": "priced",
    }
    return Record(**{**given, **values})
