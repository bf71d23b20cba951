"""Which stated usage the text of the request or the response contradicts, or its thinking. Pure.

Output that nobody sees, such as hidden thinking or a server's tools, is not measured, so that nothing is said of it.
Measured on recorded exchanges (docs/accuracy.md): a wider band notices fewer wrong counts, a narrower one doubts right
ones.
"""

import math
from collections.abc import Iterator

from ..providers.table import counting
from ..records import reading as outcomes
from ..records.answer_kinds import CALLS, HIDDEN, SCORES, SHOWN
from ..records.reading import Reading
from .tokenizers import tokens_per_byte

UNLIKE_TEXT, SHORT_INPUT = "output_unlike_text", "input_unlike_text"
ANSWERS = frozenset({"chat", "text_completion", "generate_content"})
_DEVIATIONS = 2.0
# Tokens of a response beside its text: marks of roles and ends; OpenAI's Responses have some for each item.
_FRAME, _FRAMES = 12, {"openai_responses": 50}
# Tokens of tool calls beside their text: names, ids and the form in which a model writes them.
_CALLS = 80
# A few words say little about their tokens, and cost little.
_SHORT, _MARGIN = 100, 150
# The least text is a token or two less.
_ROUNDING = 2
# APIs without hidden thinking unless the response shows it, and those that state hidden thinking.
_IN_SIGHT = frozenset(
    {"anthropic_messages", "bedrock_invoke", "cohere_chat", "cohere_generate", "ollama_chat", "ollama_generate"}
)
_MEASURED = frozenset({"anthropic_messages", "openai_chat", "openai_responses", "bedrock_converse"})
_STATING = frozenset({"anthropic_messages", "openai_chat", "openai_responses"})
_SIGNING = frozenset({"anthropic_messages", "openai_responses"})
# The prompt: less than a sixth of usual text, as a cache or a part that was lost would leave it.
_LEAST, _FEW = 0.05, 10
_SHORTENED = frozenset({"context_management", "truncation", "truncate", "prompt_truncation", "plugins"})


def contradicted(reading: Reading) -> Iterator[str]:
    """Yield the reasons why the output that `reading` states can't be right."""
    is_whole = reading.status == 200 and reading.error_type is None and reading.outcome == outcomes.OK
    is_one = not (reading.parts or reading.completes or reading.is_pending)
    if not (is_whole and is_one and reading.operation in ANSWERS and reading.usage.output_tokens):
        return
    if _is_short_of_prompt(reading):
        yield SHORT_INPUT
    if _is_thinking_denied(reading) or _is_unlike_text(reading):
        yield UNLIKE_TEXT


def _is_short_of_prompt(reading: Reading) -> bool:
    """Return whether the input is far below the text of the request, which the server was not asked to shorten."""
    stated, size = reading.usage.input_tokens, reading.sizes.prompt_bytes
    if (
        stated is None
        or not size
        or reading.dialect not in _MEASURED
        or not _SHORTENED.isdisjoint(reading.params or ())
    ):
        return False
    return stated + _FEW < _LEAST * size


def _is_thinking_denied(reading: Reading) -> bool:
    """Return whether the usage states no thinking, and the response contains some."""
    kinds = reading.sizes.answer_kinds
    is_signed = HIDDEN in kinds and reading.dialect in _SIGNING and not counting(reading.provider).signs_all
    return reading.usage.reasoning_tokens == 0 and (SHOWN in kinds or is_signed)


def _is_unlike_text(reading: Reading) -> bool:
    """Return whether the text is too short or too long for the output, or for that beside its hidden thinking."""
    usage, kinds, size = reading.usage, reading.sizes.answer_kinds, reading.sizes.answer_bytes
    has_more = usage.units or usage.output_audio_tokens or usage.output_image_tokens
    if size is None or has_more or HIDDEN in kinds or SCORES in kinds:
        return False
    mean, deviation = tokens_per_byte(reading.model or "")
    low, high = (size * math.exp(mean + off * deviation) for off in (-_DEVIATIONS, _DEVIATIONS))
    output, hidden = usage.output_tokens or 0, usage.reasoning_tokens
    if hidden:
        is_told = reading.dialect in _STATING and SHOWN not in kinds
        return is_told and output - hidden < low - _ROUNDING
    is_in_sight = hidden == 0 or reading.dialect in _IN_SIGHT
    frame = _FRAMES.get(reading.dialect or "", _FRAME) + (_CALLS if CALLS in kinds else 0)
    frame += _MARGIN if size < _SHORT else 0
    return is_in_sight and output > high + frame
