"""Exchanges made after public reports of who pays: each row has its right value, and nothing of a key but its kind."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from farebox.metering.call import call_of
from farebox.metering.meter import Meter
from farebox.pricing.standard import standard
from farebox.recorder.reading_to_record import record_of
from farebox.records.reading import encode
from farebox.records.record import Record

from tests.cases import Case, load
from tests.support.samples import STARTED_AT

SHARED = Path(os.environ.get("FAREBOX_SHARED", "")) / "reports" / "billing"
needs_reports = pytest.mark.skipif(
    "FAREBOX_SHARED" not in os.environ or not SHARED.is_dir(), reason="FAREBOX_SHARED names no folder with reports"
)
INCLUDED = {"cost_nanousd": None, "cost_status": "included"}
RIGHT: Mapping[str, Mapping[str, Any]] = {
    "a01_claude_code_max_plan": {
        **INCLUDED,
        "billing": "plan",
        "billing_source": "header",
        "plan": "claude",
        "key_kind": "oauth",
        "catalogue_cost_nanousd": 40_818_000,
    },
    "a02_claude_code_overage": {"billing": "overage", "billing_source": "header", "cost_nanousd": 40_818_000},
    "a03_claude_api_key": {"billing": "metered", "billing_source": "key_kind", "cost_nanousd": 40_818_000},
    "a05_codex_chatgpt_plan": {**INCLUDED, "billing": "plan", "plan": "codex", "input_tokens": 30_000},
    "a06_cloudcode_stream": {
        **INCLUDED,
        "billing": "plan",
        "outcome": "ok",
        "input_tokens": 30_460,
        "cache_read_tokens": 20_000,
        "output_tokens": 90,
        "reasoning_tokens": 87,
    },
    "a07_zai_coding_plan": {**INCLUDED, "billing_source": "path", "plan": "zai_coding"},
    "a09_minimax_anthropic": {**INCLUDED, "billing_source": "key_kind", "key_kind": "plan"},
    "a11b_openrouter_byok_fee": {"billing": "byok", "billing_source": "answer", "cost_nanousd": 37_883_475},
    "a14b_fireworks_deployment_model": {
        **INCLUDED,
        "billing": "provisioned",
        "catalogue_cost_nanousd": 7_224_000,
    },
    "a15_vertex_pt": {**INCLUDED, "billing": "provisioned", "billing_source": "answer"},
}


def row_of(case: Case) -> Record:
    reading = msgspec.structs.replace(case.read([case.body]), id="0", started_at=STARTED_AT)
    return record_of(reading, standard())


@needs_reports
@pytest.mark.parametrize("name", RIGHT)
def test_a_reported_exchange_has_its_right_value(name: str) -> None:
    row = row_of(load(SHARED / f"{name}.case"))

    assert {column: getattr(row, column) for column in RIGHT[name]} == RIGHT[name]


@needs_reports
def test_each_report_about_who_pays_has_a_right_value() -> None:
    assert {path.stem for path in SHARED.glob("a*.case")} == RIGHT.keys()


CANARY = "CANARY7f3a9c51d2"
CASES = Path(__file__).parents[1] / "cases"


@pytest.mark.parametrize("prefix", ["sk-ant-oat01-", "sk-cp-", "sk-kimi-", "sk-sp-", "sk-", "ya29.", "eyJ.", ""])
@pytest.mark.parametrize("header", ["authorization", "x-api-key", "x-goog-api-key"])
def test_nothing_of_a_key_but_its_kind_is_kept(prefix: str, header: str) -> None:
    case = load(CASES / "anthropic_messages" / "plain.case")
    key = f"{prefix}{CANARY}"
    value = f"Bearer {key}" if header == "authorization" else key
    request = replace(case.request, headers=((header, value),), query=f"key={key}", path=f"/{key}/v1/messages")
    call = call_of(request, call_id="0", started_at=STARTED_AT)
    assert call is not None
    meter = Meter(call, case.response)
    meter.feed(case.body, 0.1)
    reading = meter.close(0.2)

    row = msgspec.json.encode(record_of(reading, standard()))

    assert reading.key_kind in {"api", "oauth", "plan"}
    assert CANARY.encode() not in encode(reading)
    assert CANARY.encode() not in row
