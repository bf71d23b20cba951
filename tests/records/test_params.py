"""The parameters of a request are told by the client's own names, and no text of the client is among them."""

import json
from typing import Any

import pytest
from farebox.metering.call import asked_of, call_of, names_in
from farebox.records.exchange import request_to
from farebox.records.params import UNREAD, names_of, params_of
from farebox.wire.truncated_json import partial_document
from hypothesis import given
from hypothesis import strategies as st

MARK = "lighthouse keepers are paid by the hour"
BODIES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "OpenAI chat": (
        {
            "model": "gpt-4o",
            "messages": [{"role": "user", "content": MARK}],
            "temperature": 0.2,
            "top_p": 1,
            "max_completion_tokens": 300,
            "frequency_penalty": -0.5,
            "presence_penalty": 0,
            "stop": [MARK, "b"],
            "seed": 7,
            "n": 2,
            "user": MARK,
            "response_format": {"type": "json_schema", "json_schema": {"name": MARK}},
            "reasoning_effort": "low",
            "tools": [{"type": "function", "function": {"name": "a"}}],
            "tool_choice": {"type": "function", "function": {"name": "a"}},
            "parallel_tool_calls": False,
            "service_tier": "flex",
            "logprobs": True,
            "top_logprobs": 3,
            "stream": True,
            "stream_options": {"include_usage": True},
            "store": False,
            "verbosity": "high",
            "logit_bias": {"50256": -100},
        },
        {
            "temperature": 0.2,
            "top_p": 1,
            "max_completion_tokens": 300,
            "frequency_penalty": -0.5,
            "presence_penalty": 0,
            "stop": 2,
            "seed": 7,
            "n": 2,
            "user": True,
            "response_format": "json_schema",
            "reasoning_effort": "low",
            "tools": 1,
            "tool_choice": "function",
            "parallel_tool_calls": False,
            "service_tier": "flex",
            "logprobs": True,
            "top_logprobs": 3,
            "stream": True,
            "stream_options.include_usage": True,
            "store": False,
            "verbosity": "high",
            "logit_bias": 1,
        },
    ),
    "OpenAI responses": (
        {
            "input": MARK,
            "instructions": MARK,
            "max_output_tokens": 64,
            "reasoning": {"effort": "minimal", "summary": "auto"},
            "text": {"format": {"type": "json_schema", "schema": {}}, "verbosity": "low"},
            "background": True,
            "previous_response_id": "resp_1",
        },
        {
            "max_output_tokens": 64,
            "reasoning.effort": "minimal",
            "reasoning.summary": "auto",
            "text.format": "json_schema",
            "text.verbosity": "low",
            "background": True,
            "previous_response_id": True,
        },
    ),
    "Anthropic": (
        {
            "system": MARK,
            "max_tokens": 1024,
            "stop_sequences": [MARK],
            "top_k": 40,
            "thinking": {"type": "enabled", "budget_tokens": 2048},
            "output_config": {"effort": "high"},
            "tool_choice": {"type": "any", "disable_parallel_tool_use": True},
            "metadata": {"user_id": MARK},
        },
        {
            "max_tokens": 1024,
            "stop_sequences": 1,
            "top_k": 40,
            "thinking.type": "enabled",
            "thinking.budget_tokens": 2048,
            "output_config.effort": "high",
            "tool_choice": "any",
            "metadata": True,
        },
    ),
    "Gemini": (
        {
            "contents": [{"parts": [{"text": MARK}]}],
            "generationConfig": {
                "temperature": 1.0,
                "topP": 0.95,
                "topK": 64,
                "maxOutputTokens": 8192,
                "stopSequences": ["a", "b", "c"],
                "candidateCount": 1,
                "responseMimeType": "application/json",
                "responseSchema": {"description": MARK},
                "frequencyPenalty": 0.1,
                "thinkingConfig": {"thinkingBudget": 0, "includeThoughts": False},
            },
            "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": [MARK]}},
            "safetySettings": [{}, {}],
        },
        {
            "generationConfig.temperature": 1.0,
            "generationConfig.topP": 0.95,
            "generationConfig.topK": 64,
            "generationConfig.maxOutputTokens": 8192,
            "generationConfig.stopSequences": 3,
            "generationConfig.candidateCount": 1,
            "generationConfig.responseMimeType": "application/json",
            "generationConfig.responseSchema": True,
            "generationConfig.frequencyPenalty": 0.1,
            "generationConfig.thinkingConfig.thinkingBudget": 0,
            "generationConfig.thinkingConfig.includeThoughts": False,
            "toolConfig.functionCallingConfig.mode": "ANY",
            "toolConfig.functionCallingConfig.allowedFunctionNames": 1,
            "safetySettings": 2,
        },
    ),
    "Bedrock converse": (
        {
            "inferenceConfig": {"maxTokens": 10, "temperature": 0, "stopSequences": [MARK]},
            "toolConfig": {"tools": [{}, {}], "toolChoice": {"auto": {}}},
            "additionalModelRequestFields": {"top_k": 5, "thinking": {"type": "enabled"}},
        },
        {
            "inferenceConfig.maxTokens": 10,
            "inferenceConfig.temperature": 0,
            "inferenceConfig.stopSequences": 1,
            "toolConfig.tools": 2,
            "toolConfig.toolChoice": "auto",
            "additionalModelRequestFields.top_k": 5,
            "additionalModelRequestFields.thinking.type": "enabled",
        },
    ),
    "Cohere": (
        {"p": 0.75, "k": 0, "safety_mode": "NONE", "strict_tools": True},
        {"p": 0.75, "k": 0, "safety_mode": "NONE", "strict_tools": True},
    ),
    "Mistral": ({"random_seed": 1, "safe_prompt": False}, {"random_seed": 1, "safe_prompt": False}),
    "Ollama": (
        {"options": {"num_predict": 24, "temperature": 0.5, "num_ctx": 4096}, "think": "high", "format": "json"},
        {
            "options.num_predict": 24,
            "options.temperature": 0.5,
            "options.num_ctx": 4096,
            "think": "high",
            "format": "json",
        },
    ),
    "a form's fields": (
        {"temperature": "0.5", "n": "1", "response_format": "verbose_json", "stream": "true", "prompt": MARK},
        {"temperature": 0.5, "n": 1, "response_format": "verbose_json", "stream": True},
    ),
}


@pytest.mark.parametrize(("body", "expected"), BODIES.values(), ids=BODIES)
def test_every_spelling_is_told(body: dict[str, Any], expected: dict[str, Any]) -> None:
    assert params_of(body) == expected


def test_no_body_sets_nothing() -> None:
    assert params_of({}) is None
    assert params_of({"model": "m", "temperature": None}) is None


@pytest.mark.parametrize("value", [MARK, [MARK], {MARK: MARK}, {"type": MARK}, MARK * 9, "sk-proj-" + "a1" * 20])
def test_no_text_passes_through_any_parameter(value: object) -> None:
    for body, expected in BODIES.values():
        planted = dict.fromkeys((*body, *(name.rpartition(".")[2] for name in expected)), value)
        for shape in (planted, {"generationConfig": planted}, {"options": {"text": planted}}):
            told = json.dumps(params_of(shape))
            assert "lighthouse" not in told
            assert "a1a1" not in told


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**400, -(10**400), [], "1e999", "٣"])
def test_a_number_that_is_none_leaves_its_name_only(value: object) -> None:
    assert params_of({"temperature": value}) == {"temperature": None}


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["options", "text", "tools", "stop", "format", "n", "type"]), inner)
        ),
        max_leaves=20,
    ).filter(lambda value: isinstance(value, dict))
)
def test_any_body_yields_scalars(body: dict[str, Any]) -> None:
    for value in (params_of(body) or {}).values():
        assert value is None or isinstance(value, bool | int | float | str)


def test_a_million_keys_cost_nothing() -> None:
    assert params_of({f"x{number}": 1 for number in range(1_000_000)}) is None


def test_what_stands_in_the_head_of_a_cut_body_is_told() -> None:
    head = json.dumps({"model": "m", "temperature": 0.3, "messages": [{"content": MARK}]})[:-20].encode()
    assert params_of(partial_document(head)) == {"temperature": 0.3}


def test_names_are_identifiers() -> None:
    assert names_of({"model": 1, MARK: 2, "options": {"num_gpu": 3}}) == {"model", "options", "num_gpu"}


def test_they_reach_the_call() -> None:
    body = b'{"model":"m","temperature":0.3,"shape":1}'
    request = request_to("POST", "https://api.openai.com/v1/chat/completions", (), body)
    call = call_of(request, call_id="1", started_at=0)
    assert call is not None
    asked = asked_of(request, call.dialect)
    assert asked.params == {"temperature": 0.3}
    assert names_in(request) == {"model", "temperature", "shape"}


def test_a_value_that_was_not_read_is_none_whatever_its_kind() -> None:
    body = {"tools": UNREAD, "stop": UNREAD, "user": UNREAD, "temperature": UNREAD, "thinking": UNREAD, "n": None}

    assert params_of(body) == {"tools": None, "stop": None, "user": None, "temperature": None}
