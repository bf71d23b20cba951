"""Output that the response's own text or thinking contradicts is doubted; what nobody sees never is."""

from typing import Any

import pytest
from farebox.recorder.text_limits import SHORT_INPUT, UNLIKE_TEXT, contradicted
from farebox.records.answer_kinds import CALLS, HIDDEN, SCORES, SHOWN
from farebox.records.text_size import TextSize
from farebox.records.usage import Usage

from tests.support.samples import reading, record_of

CLAUDE: dict[str, Any] = {
    "dialect": "anthropic_messages",
    "provider": "anthropic",
    "model_requested": "claude-sonnet-4-6",
}
# About 300 tokens of prose.
TEXT = 1_200


def answered(output: int, size: int = TEXT, *kinds: str, **values: Any) -> list[str]:
    """Return the reasons for a response of `size` bytes for which `output` tokens are stated."""
    given = {
        **CLAUDE,
        "usage": Usage(input_tokens=900, output_tokens=output, reasoning_tokens=values.pop("thinking", None)),
        "sizes": TextSize(prompt_bytes=3_000, answer_bytes=size, answer_kinds=kinds),
    }
    return list(contradicted(reading(**{**given, **values})))


@pytest.mark.parametrize(
    ("output", "values", "expected"),
    [
        (330, {}, []),
        (660, {}, [UNLIKE_TEXT]),
        (540, {"model_requested": "claude-opus-4-7"}, []),
        (660, {"dialect": "openai_chat"}, []),
        (660, {"dialect": "openai_chat", "thinking": 0}, [UNLIKE_TEXT]),
        (660, {"dialect": "openai_chat", "thinking": 400}, []),
        (660, {"dialect": "openai_chat", "thinking": 600}, [UNLIKE_TEXT]),
        (660, {"status": 400}, []),
        (660, {"outcome": "client_abort"}, []),
        (660, {"is_pending": True}, []),
        (660, {"completes": "batch_1"}, []),
        (660, {"operation": "embeddings"}, []),
    ],
    ids=str,
)
def test_output_is_measured_by_its_text(output: int, values: dict[str, Any], expected: list[str]) -> None:
    assert answered(output, **values) == expected


@pytest.mark.parametrize(
    ("kind", "expected"), [(CALLS, [UNLIKE_TEXT]), (SHOWN, [UNLIKE_TEXT]), (HIDDEN, []), (SCORES, [])]
)
def test_output_that_nobody_can_measure_is_not_doubted(kind: str, expected: list[str]) -> None:
    assert answered(900, TEXT, kind) == expected


@pytest.mark.parametrize("used", [{"units": {"images": 1}}, {"output_audio_tokens": 300}, {"output_image_tokens": 300}])
def test_sound_and_images_are_no_text(used: dict[str, Any]) -> None:
    sizes = TextSize(answer_bytes=20)

    assert not list(contradicted(reading(**CLAUDE, usage=Usage(output_tokens=900, **used), sizes=sizes)))


def test_a_call_without_arguments_takes_tokens_too() -> None:
    assert answered(600, TEXT, CALLS) == []
    assert answered(600, TEXT) == [UNLIKE_TEXT]


def test_few_words_are_doubted_only_for_much_output() -> None:
    assert answered(60, 2) == []
    assert answered(400, 0) == [UNLIKE_TEXT]


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        (SHOWN, {"dialect": "openai_chat"}, [UNLIKE_TEXT]),
        (HIDDEN, {"dialect": "openai_responses"}, [UNLIKE_TEXT]),
        (HIDDEN, {}, [UNLIKE_TEXT]),
        # Signatures of Gemini's answers come without thinking, through gateways too.
        (HIDDEN, {"dialect": "gemini_generate", "provider": "gemini"}, []),
        (HIDDEN, {"dialect": "openai_responses", "provider": "openrouter"}, []),
    ],
)
def test_thinking_that_is_there_is_not_zero(kind: str, values: dict[str, Any], expected: list[str]) -> None:
    assert answered(330, TEXT, kind, thinking=0, **values) == expected


@pytest.mark.parametrize(
    ("tokens", "values", "expected"),
    [
        (900, {}, []),
        (139, {}, [SHORT_INPUT]),
        (139, {"dialect": "gemini_generate"}, []),
        (139, {"params": {"context_management": True}}, []),
        (139, {"sizes": TextSize(prompt_bytes=None, answer_bytes=400)}, []),
    ],
    ids=str,
)
def test_an_input_far_below_the_prompt_is_doubted(tokens: int, values: dict[str, Any], expected: list[str]) -> None:
    sizes = TextSize(prompt_bytes=3_000, answer_bytes=400)
    given = {**CLAUDE, "usage": Usage(input_tokens=tokens, output_tokens=100), "sizes": sizes, **values}

    assert list(contradicted(reading(**given))) == expected


def test_the_row_says_why_and_keeps_the_number() -> None:
    row = record_of(
        reading(**CLAUDE, usage=Usage(input_tokens=900, output_tokens=660), sizes=TextSize(answer_bytes=TEXT))
    )

    assert (row.output_tokens, row.cost_status, row.cost_reasons) == (660, "partial", [UNLIKE_TEXT])
