"""The parameters of a request: names as the client spells them, and values that contain no text.

https://platform.openai.com/docs/api-reference/chat/create, https://docs.anthropic.com/en/api/messages,
https://ai.google.dev/api/generate-content#generationconfig,
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InferenceConfiguration.html,
https://docs.cohere.com/reference/chat, https://docs.mistral.ai/api,
https://github.com/ollama/ollama/blob/main/docs/modelfile.md#parameter
"""

import re
from collections.abc import Callable, Iterator, Mapping
from enum import Enum, auto
from typing import Any, Final

from . import clean

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_LIMIT = 10**15
_WORD_LIMIT = 40
_DEPTH = 3
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
# How many keys of a body are read: no API has more, and a hostile client may send a million.
_KEYS = 200


class _Unread(Enum):
    UNREAD = auto()


# Stands in a body for a value that was not read: the parameter is set, its value is unknown.
UNREAD: Final = _Unread.UNREAD


def _scalar(value: object) -> Any:
    """Return a number, a flag or the word of an enumeration; in a form's field all of them are text."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        if _NUMBER.fullmatch(value):
            value = float(value) if "." in value else int(value)
        elif value in ("true", "false"):
            return value == "true"
        else:
            return clean.word(value) if len(value) <= _WORD_LIMIT else None
    if isinstance(value, int | float) and abs(value) < _LIMIT:
        return value
    return None


def _number(value: object) -> Any:
    """Return a number or a flag; None for text."""
    kept = _scalar(value)
    return None if isinstance(kept, str) else kept


def _count(value: object) -> int:
    """Return the number of items: the items are the client's text."""
    return len(value) if isinstance(value, list | dict) else 1


def _presence(_value: object) -> bool:
    return True


def _kind(value: object) -> Any:
    """Return the word of a choice: the value itself, its `type`, or its only key."""
    if not isinstance(value, dict):
        return _scalar(value)
    if isinstance(value.get("type"), str):
        return _scalar(value["type"])
    return _scalar(next(iter(value))) if len(value) == 1 else None


def _table(maker: Callable[[object], Any], names: str) -> dict[str, Callable[[object], Any]]:
    return dict.fromkeys(names.split(), maker)


_MAKERS: dict[str, Callable[[object], Any]] = {
    **_table(
        _number,
        """temperature top_p topP p top_k topK k min_p typical_p top_a tfs_z
        max_tokens max_completion_tokens max_output_tokens maxOutputTokens maxTokens maxTokenCount max_new_tokens
        max_gen_len max_tokens_to_sample max_length num_predict num_ctx max_prompt_tokens max_tool_calls
        min_tokens max_input_tokens max_tokens_per_doc max_search_results
        frequency_penalty frequencyPenalty presence_penalty presencePenalty repetition_penalty repeat_penalty
        repeat_last_n countPenalty mirostat mirostat_eta mirostat_tau
        n seed random_seed candidateCount candidate_count num_generations best_of top_n
        logprobs responseLogprobs response_logprobs top_logprobs return_likelihoods
        stream include_usage include_obfuscation parallel_tool_calls disable_parallel_tool_use strict_tools store
        background echo dimensions output_dimension outputDimensionality output_dimensionality speed
        thinkingBudget thinking_budget includeThoughts include_thoughts budget_tokens include_reasoning
        enable_thinking safe_prompt raw_prompting return_citations return_images return_documents
        enableEnhancedCivicAnswers partial_images steps width height seconds duration n_images""",
    ),
    **_table(
        _scalar,
        """service_tier reasoning_effort effort verbosity thinking_level thinkingLevel thinking_summaries
        reasoning_format think speed_tier truncation truncate safety_mode citation_quality prompt_truncation
        encoding_format output_dtype input_type task_type taskType responseMimeType response_mime_type
        search_mode search_context_size quality size resolution aspect_ratio output_format output_compression
        moderation style prompt_mode inference_geo prompt_cache_retention timestamp_granularity""",
    ),
    **_table(
        _count,
        """stop stop_sequences stopSequences tools functions logit_bias logitBias modalities responseModalities
        response_modalities embedding_types safetySettings safety_settings plugins models mcp_servers include
        allowed_tools allowedFunctionNames guardrails""",
    ),
    **_table(_kind, "serviceTier tool_choice toolChoice function_call response_format format conversation_mode voice"),
    **_table(
        _presence,
        """user safety_identifier prompt_cache_key metadata labels cachedContent previous_response_id
        conversation previous_interaction_id responseSchema response_schema responseJsonSchema web_search_options
        prediction context_management cache_control grammar guided_json guided_regex guided_choice json_schema""",
    ),
}
# Names that are parameters in these groups only.
_INNER: dict[str, dict[str, Callable[[object], Any]]] = {
    "reasoning": _table(_scalar, "summary enabled exclude mode"),
    "thinking": _table(_scalar, "type display"),
    "functionCallingConfig": _table(_scalar, "mode"),
    "function_calling_config": _table(_scalar, "mode"),
    "audio": _table(_kind, "format"),
}
_GROUPS = frozenset(
    """generationConfig generation_config inferenceConfig inference_config textGenerationConfig options parameters
    thinkingConfig thinking_config reasoning thinking output_config outputConfig stream_options streamOptions text
    audio toolConfig tool_config functionCallingConfig function_calling_config additionalModelRequestFields
    performanceConfig config""".split()
)
# The members of a request beside its parameters; errors can be about these too.
_PARTS = frozenset(
    """model messages message input inputs prompt contents content system systemInstruction instructions documents
    query texts images file image mask""".split()
)
KNOWN: frozenset[str] = frozenset(_MAKERS) | _GROUPS | _PARTS


def params_of(body: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the parameters that `body` sets, by their dotted names.

    A value that may be text, or was not read, is None. Lists are reduced to their length, choices to their kind, and
    identifiers to their presence.
    """
    return dict(_params(body, "", {}, 1)) or None


def names_of(body: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the members of `body` and of its groups of parameters."""
    groups = (body[name] for name in _GROUPS & body.keys() if isinstance(body[name], dict))
    levels = (body, *groups)
    return frozenset(name for level in levels for name in _keys(level) if _NAME.fullmatch(name) and clean.word(name))


def _params(
    body: Mapping[str, Any], prefix: str, inner: Mapping[str, Callable[[object], Any]], depth: int
) -> Iterator[tuple[str, Any]]:
    for name in _keys(body):
        value = body[name]
        if value is None:
            continue
        if name in _GROUPS and isinstance(value, dict):
            if depth < _DEPTH:
                yield from _params(value, f"{prefix}{name}.", _INNER.get(name, {}), depth + 1)
        elif maker := inner.get(name) or _MAKERS.get(name):
            yield prefix + name, None if value is UNREAD else maker(value)


def _keys(body: Mapping[str, Any]) -> Iterator[str]:
    for name, _ in zip(body, range(_KEYS), strict=False):
        if isinstance(name, str):
            yield name
