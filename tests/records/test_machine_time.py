"""The time of a machine is the server's own figure, or the worker's share of it."""

from typing import Any

import pytest
from farebox.records.machine_time import machine_ms

OLLAMA = {"total_duration": 9_000_000_000, "load_duration": 1_000_000, "prompt_eval_duration": 2_000_000}


@pytest.mark.parametrize(
    ("sent", "context", "expected"),
    [
        ({"timings": {"prompt_ms": 1.5, "predicted_ms": 20.25, "prompt_n": 3}}, None, 22),
        ({"timings": {"prompt_ms": 0.1}}, None, 1),
        ({**OLLAMA, "eval_duration": 7_400_000}, None, 10),
        (OLLAMA, {"machine_ms": "77"}, 77),
        ({}, {"machine_ms": "0"}, 0),
        ({}, {"machine_ms": "soon"}, None),
        ({"timings": "fast", "load_duration": "long"}, {}, None),
        ({"timings": {"prompt_ms": 1e300}}, {}, None),
        (None, None, None),
    ],
    ids=str,
)
def test_how_long_the_machine_worked(
    sent: dict[str, Any] | None, context: dict[str, str] | None, expected: int | None
) -> None:
    assert machine_ms(sent, context) == expected
