"""OpenAI chat completions, and everything that imitates it.

https://platform.openai.com/docs/api-reference/chat
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .. import clean
from ..exchange import Request
from ..usage import Usage, total
from ..wire.documents import Document
from ._base import Dialect, Reply, first_mapping, mapping, one_hour_writes, tokens
from ._google import raw_publisher
from ._openai import asked, error, failed, is_post

_CACHE_READ = (
    "prompt_tokens_details.cached_tokens",
    "prompt_cache_hit_tokens",
    "cached_tokens",
    "cache_read_input_tokens",
)
_CONTENT = ("content", "reasoning_content", "reasoning", "refusal", "tool_calls", "function_call", "audio")


def claims(request: Request) -> bool:
    """Claim chat's path, that of Mistral's agents, which answer the same, and what Vertex AI passes on to makers."""
    is_passed_on = raw_publisher(request) not in (None, "publishers/anthropic")
    return is_passed_on or is_post(request, "/chat/completions", "/agents/completions")


def fold(reply: Reply, document: Document) -> Reply:
    if document.is_done:
        return replace(reply, is_complete=True)
    body = mapping(document.data)
    choice = first_mapping(body.get("choices"))
    told = replace(
        reply,
        model=clean.name(body.get("model")) or reply.model,
        response_id=clean.word(body.get("id")) or reply.response_id,
        service_tier=clean.word(body.get("service_tier")) or reply.service_tier,
        finish_reason=_finish_reason(reply, choice),
        usage=_usage_of(body, choice) or reply.usage,
    )
    # Mistral and older vLLM put the error's fields into the body itself.
    return error(told, body) if body.get("object") == "error" else failed(told, body)


def has_content(document: Document) -> bool:
    """Tell whether a chunk carries output: not the role chunk, not the usage chunk."""
    choice = first_mapping(mapping(document.data).get("choices"))
    delta = mapping(choice.get("delta"))
    return bool(choice.get("text")) or any(delta.get(name) for name in _CONTENT)


def usage(sent: Mapping[str, Any]) -> Usage:
    """Return the usage object's counts: cache lies inside `prompt_tokens`, reasoning inside `completion_tokens`.

    Some upstreams (xAI, Mistral's audio) leave a part out; their `total_tokens` then tells so, also behind a gateway.
    """
    cache_write = tokens(sent, "prompt_tokens_details.cache_write_tokens", "cache_creation_input_tokens")
    audio = tokens(sent, "prompt_tokens_details.audio_tokens", "audio_prompt_tokens")
    reasoning = tokens(sent, "completion_tokens_details.reasoning_tokens", "reasoning_tokens")
    prompt, completion, whole = (tokens(sent, f"{part}_tokens") for part in ("prompt", "completion", "total"))
    stated = total(prompt, completion)
    return Usage(
        input_tokens=total(prompt, audio) if audio and whole == total(stated, audio) else prompt,
        cache_read_tokens=tokens(sent, *_CACHE_READ),
        cache_write_tokens=cache_write,
        cache_write_1h_tokens=one_hour_writes(sent, cache_write),
        input_audio_tokens=audio,
        input_image_tokens=tokens(sent, "prompt_tokens_details.image_tokens"),
        output_tokens=total(completion, reasoning) if reasoning and whole == total(stated, reasoning) else completion,
        reasoning_tokens=reasoning,
        output_audio_tokens=tokens(sent, "completion_tokens_details.audio_tokens"),
        output_image_tokens=tokens(sent, "completion_tokens_details.image_tokens"),
    )


def _finish_reason(reply: Reply, choice: Mapping[str, Any]) -> str | None:
    if choice.get("index") not in (None, 0) and reply.finish_reason:
        return reply.finish_reason
    return clean.word(choice.get("finish_reason")) or reply.finish_reason


def _usage_of(body: Mapping[str, Any], choice: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the usage object; Groq's older streams have it in `x_groq`, Moonshot's in the choice."""
    in_groq = mapping(body.get("x_groq")).get("usage")
    return mapping(body.get("usage")) or mapping(in_groq) or mapping(choice.get("usage"))


DIALECT = Dialect("openai_chat", "chat", claims, asked, fold, has_content, usage)
