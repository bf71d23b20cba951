"""Gemini's generateContent and streamGenerateContent, also on Vertex AI and, wrapped, at Code Assist.

https://ai.google.dev/api/generate-content,
https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage, total
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, first_mapping, mapping, newest, seen, tokens
from ._google import begin, error_of, failed, media, modality, model_of, target, unwrapped
from ._grounding import grounded

_STREAM = "streamGenerateContent"
_SILENT_PARTS = frozenset({"text", "thought", "thoughtSignature"})


def claims(request: Request) -> bool:
    return target(request).verb in {"generateContent", _STREAM}


def asked(request: Request, body: Mapping[str, Any]) -> Asked:
    return Asked(model_of(request, body), target(request).verb == _STREAM)


def fold(reply: Reply, document: Document) -> Reply:
    body = unwrapped(document.data)
    candidate = first_mapping(body.get("candidates"))
    blocked = mapping(body.get("promptFeedback")).get("blockReason")
    sent = mapping(body.get("usageMetadata"))
    model = clean.name(body.get("modelVersion")) or reply.model
    updated = replace(
        reply,
        model=model,
        seen=seen(reply, grounded(body, model)) if "groundingMetadata" in candidate else reply.seen,
        response_id=clean.word(body.get("responseId")) or reply.response_id,
        service_tier=clean.word(sent.get("serviceTier") or sent.get("trafficType")) or reply.service_tier,
        finish_reason=clean.word(blocked) or _finish_reason(reply, candidate),
        # Only the last usage counts: early chunks can state higher figures than the last.
        usage=newest(reply.usage, sent if any(clean.count(value) is not None for value in sent.values()) else {}),
    )
    error = error_of(document.data) or error_of(body)
    return failed(updated, error) if error else updated


def has_content(document: Document) -> bool:
    """Return whether a chunk carries output: text, thoughts, tool calls or images, but not only a signature."""
    parts = mapping(first_mapping(unwrapped(document.data).get("candidates")).get("content")).get("parts")
    return any(_says(mapping(part)) for part in parts) if isinstance(parts, list) else False


def usage(sent: Mapping[str, Any]) -> Usage:
    """Return the counts of `usageMetadata`: the prompt includes the cache but not thoughts and tool results."""
    prompt, candidates = sent.get("promptTokensDetails"), sent.get("candidatesTokensDetails")
    cached = sent.get("cacheTokensDetails")
    thoughts = tokens(sent, "thoughtsTokenCount")
    return Usage(
        input_tokens=total(tokens(sent, "promptTokenCount"), tokens(sent, "toolUsePromptTokenCount")),
        cache_read_tokens=tokens(sent, "cachedContentTokenCount"),
        input_audio_tokens=modality(prompt, "AUDIO"),
        input_image_tokens=modality(prompt, "IMAGE"),
        output_tokens=total(tokens(sent, "candidatesTokenCount"), thoughts),
        reasoning_tokens=thoughts,
        output_audio_tokens=modality(candidates, "AUDIO"),
        output_image_tokens=modality(candidates, "IMAGE"),
        units=media(read=prompt, cached=cached, made=candidates),
    )


def _finish_reason(reply: Reply, candidate: Mapping[str, Any]) -> str | None:
    if candidate.get("index") not in (None, 0) and reply.finish_reason:
        return reply.finish_reason
    return clean.word(candidate.get("finishReason")) or reply.finish_reason


def _says(part: Mapping[str, Any]) -> bool:
    return bool(part.get("text")) or not part.keys() <= _SILENT_PARTS


DIALECT = Dialect("gemini_generate", "generate_content", claims, asked, fold, has_content, usage, begin)
