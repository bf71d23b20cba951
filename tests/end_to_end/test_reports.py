"""Exchanges made after public reports of tokens and costs that other tools read wrong: each has its right value."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from farebox.pricing.standard import standard
from farebox.recorder.reading_to_record import record_of
from farebox.records.record import Record

from tests.cases import load
from tests.support.samples import STARTED_AT

SHARED = Path(os.environ.get("FAREBOX_SHARED", "")) / "reports"
needs_reports = pytest.mark.skipif(
    "FAREBOX_SHARED" not in os.environ or not SHARED.is_dir(), reason="FAREBOX_SHARED names no folder with reports"
)


def cost(nanousd: int, **more: Any) -> dict[str, Any]:
    return {"cost_nanousd": nanousd, "cost_status": "priced", "cost_reasons": None, **more}


RIGHT: Mapping[str, Mapping[str, Any]] = {
    "04_dashscope_explicit_write": cost(2_472_250, cache_write_tokens=1_889),
    "05_dashscope_anthropic_delta": {"input_tokens": 3_604},
    "14_image_gen_no_total": {"cost_nanousd": 226_120_000, "cost_status": "partial"},
    "17_mistral_num_cached": cost(17_670, cache_read_tokens=768),
    "18_bedrock_guardrail_units": {
        "cost_status": "unpriced",
        "units": {"guardrail_topic_units": 1, "guardrail_content_units": 1},
    },
    "23_litellm_creation_details": cost(88_680_000, cache_write_tokens=8_851, cache_write_1h_tokens=8_851),
    "24b_invoke_metrics_cache": cost(37_640_130, input_tokens=19_995, cache_read_tokens=9_821),
    "25b_converse_gpt56_two_turns": cost(26_284_280, input_tokens=12_401, cache_read_tokens=8_367),
    "26_code_interpreter_16g": cost(486_000_000),
    "27_copilot_usage": {"cost_nanousd": 3_785_000, "cost_status": "reported"},
    "42_delta_zero_input": cost(5_100_000, input_tokens=1_500),
    "43_all_zero_usage": {"usage_source": "estimated", "cost_status": "estimated"},
    "44_placeholders_then_cut": {"usage_source": "estimated", "cost_status": "estimated"},
    "51_total_inflated": {"output_tokens": 135},
    "62_bifrost_shape": cost(7_795_000, cache_read_tokens=9_000, cache_write_tokens=500),
    "63b_portkey_silent": cost(107_725_000, input_tokens=29_500),
    "67b_fireworks_priority_untold": {"cost_status": "partial", "cost_reasons": ["service_tier_not_told"]},
    "74_claude_platform_on_aws": cost(4_950_000, provider="anthropic"),
    "78d_batch_many_and_one_101k": cost(43_600_000),
    "groq_breakdown_repeats": {"input_tokens": 4_100, "output_tokens": 210},
    "openai_shape_at_v1_chat": {"input_tokens": 31, "output_tokens": 21, "usage_source": "reported", "outcome": "ok"},
}


def row_of(name: str) -> Record:
    case = load(SHARED / f"{name}.case")
    return record_of(msgspec.structs.replace(case.read([case.body]), id="0", started_at=STARTED_AT), standard())


@needs_reports
@pytest.mark.parametrize("name", RIGHT)
def test_a_reported_exchange_has_its_right_value(name: str) -> None:
    row = row_of(name)

    assert {column: getattr(row, column) for column in RIGHT[name]} == RIGHT[name]


@needs_reports
def test_each_report_has_a_right_value() -> None:
    assert {path.stem for path in SHARED.glob("*.case")} == RIGHT.keys()
