"""What `make replay` finds wrong: made-up rows against a made-up oracle, without a sidecar."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.replay import Exchange, verdict

ORACLE = {
    "id": "a",
    "usage": {"input_total": 3, "output_total": None},
    "flags": [],
    "provider_reported_cost": {"amount": 0.0001},
}
CALL = Exchange("a", "openai_chat", is_row=True, oracle=ORACLE)
LOOK = Exchange("b", "openai_responses", is_row=False, oracle={**ORACLE, "id": "b"})


BILLED = {"cost_nanousd": 100_000, "cost_status": "reported"}


def row(identity: str = "a", **told: Any) -> dict[str, Any]:
    columns = ("input", "cache_read", "cache_write", "cache_write_1h", "output", "reasoning")
    sides = ("input_audio", "output_audio", "input_image", "output_image")
    blank = {f"{name}_tokens": None for name in (*columns, *sides)}
    return {**blank, "tags": {"x-corpus-id": identity}, "estimate": None, "input_tokens": 3, **BILLED, **told}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A corpus without websocket sessions."""
    for name in ("dev_ws.jsonl.gz", "dev_ws_oracle.jsonl.gz"):
        (tmp_path / name).write_bytes(gzip.compress(b""))
    return tmp_path


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ([row()], []),
        ([row(output_tokens=9, estimate={"output_tokens": [5, 12]})], []),
        ([], ["openai_chat a has 0 rows, not 1"]),
        ([row(), row()], ["openai_chat a has 2 rows, not 1"]),
        ([row(input_tokens=4)], ["openai_chat a input_tokens: 4, the oracle has 3"]),
        ([row(input_tokens=None)], ["openai_chat a input_tokens: None, the oracle has 3"]),
        ([row(output_tokens=9)], ["openai_chat a output_tokens: 9, the oracle has None"]),
        ([row(cost_nanousd=7)], ["openai_chat a cost_nanousd: 7 reported, the oracle has 100000"]),
        ([row(), row("b")], ["openai_responses b has 1 rows, not 0"]),
        ([row(), row("c")], ["a row that nobody asked for: c"]),
        ([row(), {**row(), "tags": None}], ["a row that nobody asked for: (no id)"]),
    ],
)
def test_what_is_missing_doubled_or_otherwise_is_found(
    folder: Path, rows: list[dict[str, Any]], wrong: list[str]
) -> None:
    found = verdict([CALL, LOOK], rows, folder)

    assert found.wrong == wrong
    assert json.loads(json.dumps(found.counted["openai_chat"]))["exchanges"] == 1


def test_what_is_billed_beside_calls_has_no_oracle(folder: Path) -> None:
    stored = Exchange("a", "gemini_cached_contents", is_row=True, oracle={**ORACLE, "provider_reported_cost": None})

    assert verdict([stored], [row(input_tokens=1081)], folder).wrong == []
    assert verdict([stored], [], folder).wrong == ["gemini_cached_contents a has 0 rows, not 1"]


@pytest.mark.parametrize(
    ("status", "wrong"),
    [
        ("partial", []),
        ("priced", ["openai_responses a output_tokens: None, the oracle has 0"]),
    ],
)
def test_a_zero_that_can_t_be_true_may_be_unknown_if_the_cost_says_so(
    folder: Path, status: str, wrong: list[str]
) -> None:
    oracle = {**ORACLE, "usage": {"input_total": 3, "output_total": 0}, "provider_reported_cost": None}
    called = Exchange("a", "openai_responses", is_row=True, oracle=oracle)

    assert verdict([called], [row(cost_status=status)], folder).wrong == wrong
