"""What a provider did not state is estimated, says so, and lies within its band."""

import math
import random
from typing import Any

import pytest
from farebox.recorder.estimates import CUT_SHORT, RATIOS_LIMIT, RatioModel, estimate
from farebox.records.reading import Reading
from farebox.records.text_size import TextSize
from farebox.records.usage import Usage
from hypothesis import given
from hypothesis import strategies as st

from tests import corpus, estimates
from tests.support.samples import reading

# With fewer recorded calls, one outside the band is more than a tenth.
OFTEN = 20
SIZES = TextSize(prompt_bytes=4000, answer_bytes=800)
SILENT: dict[str, Any] = {"usage": Usage(), "sizes": SIZES, "request_bytes": 4200, "output_chunks": 200}


def silent(**values: Any) -> Reading:
    """Return a call whose provider stated no usage, with what is `values` instead."""
    return reading(**{**SILENT, **values})


def taught(calls: int = 50, *, provider: str = "openai", model: str = "gpt-4o", **values: Any) -> RatioModel:
    """Return what some calls taught: 0.25 tokens a byte in, 0.3 out, 1.2 a document, give or take some."""
    learned, dice = RatioModel(), random.Random(1)
    for _ in range(calls):
        size = dice.randrange(1000, 9000)
        usage = Usage(
            input_tokens=round(size * 0.25 * dice.uniform(0.95, 1.05)),
            output_tokens=round(size * 0.3 * dice.uniform(0.9, 1.1)),
        )
        given = {
            "sizes": TextSize(prompt_bytes=size, answer_bytes=size),
            "usage": usage,
            "output_chunks": round((usage.output_tokens or 0) / 1.2),
        }
        learned.learn(silent(provider=provider, model_requested=model, **{**given, **values}))
    return learned


def test_both_totals_are_filled_and_named() -> None:
    usage, bands = estimate(silent(), RatioModel())

    assert set(bands) == {"input_tokens", "output_tokens"}
    assert (usage.input_tokens, usage.output_tokens) == (bands["input_tokens"].likely, bands["output_tokens"].likely)
    assert 700 < (usage.input_tokens or 0) < 1200
    assert all(guess.low < guess.likely < guess.high for guess in bands.values())


def test_learning_makes_the_estimate_close_and_the_band_narrow() -> None:
    before, after = estimate(silent(), RatioModel()).bands, estimate(silent(), taught()).bands

    assert after["input_tokens"].likely == pytest.approx(1000, rel=0.03)
    assert after["output_tokens"].likely == pytest.approx(240, rel=0.03)
    for column, guess in after.items():
        assert guess.high - guess.low < (before[column].high - before[column].low) / 3


def test_the_more_certain_of_bytes_and_documents_gives_the_output() -> None:
    learned = taught(200)
    assert estimate(silent(output_chunks=500), learned).bands["output_tokens"].likely == pytest.approx(600, rel=0.03)
    assert estimate(silent(output_chunks=None), learned).bands["output_tokens"].likely == pytest.approx(242, rel=0.05)


def test_a_model_is_estimated_like_its_providers_others_until_it_has_its_own_calls() -> None:
    learned = taught(model="gpt-4o")

    near = estimate(silent(model_requested="gpt-9"), learned).bands["input_tokens"]
    own = estimate(silent(), learned).bands["input_tokens"]
    far = estimate(silent(provider="mistral"), learned).bands["input_tokens"]
    assert near.likely == pytest.approx(own.likely, rel=0.03)
    assert near.high - near.low > own.high - own.low
    assert far == estimate(silent(provider="mistral"), RatioModel()).bands["input_tokens"]


def test_hidden_thinking_is_expected_beside_a_short_answer() -> None:
    """Gemini thought 141 tokens for an answer of 6 bytes."""
    sizes = TextSize(prompt_bytes=40, answer_bytes=6, answer_kinds=("hidden_thinking",))
    hidden = estimate(silent(sizes=sizes, output_chunks=1), RatioModel()).bands["output_tokens"]
    shown = estimate(silent(sizes=TextSize(prompt_bytes=40, answer_bytes=6)), RatioModel()).bands["output_tokens"]

    assert hidden.low <= 142 <= hidden.high
    assert not shown.low <= 142 <= shown.high


def test_calls_with_and_without_hidden_thinking_teach_apart() -> None:
    sizes = TextSize(prompt_bytes=4000, answer_bytes=800, answer_kinds=("hidden_thinking",))
    learned = taught()
    before = estimate(silent(), learned).bands["output_tokens"]
    for _ in range(20):
        learned.learn(silent(sizes=sizes, usage=Usage(1000, output_tokens=9000)))

    assert estimate(silent(), learned).bands["output_tokens"] == before
    assert estimate(silent(sizes=sizes), learned).bands["output_tokens"].likely == pytest.approx(9000, rel=0.2)


def test_a_provider_s_own_prompt_is_expected() -> None:
    """Venice counted 1,575 tokens for a request of 146 bytes."""
    sizes = TextSize(prompt_bytes=146, answer_bytes=30)
    bands = [estimate(silent(provider=name, sizes=sizes), RatioModel()).bands for name in ("venice", "groq")]

    assert bands[0]["input_tokens"].low <= 1575 <= bands[0]["input_tokens"].high
    assert bands[1]["input_tokens"].high < 1575


def test_claude_is_known_to_count_more_tokens() -> None:
    models = ("gpt-4o", "claude-3-5-haiku-20241022", "claude-opus-4-8")
    inputs = [estimate(silent(model_requested=model), RatioModel()).bands["input_tokens"].likely for model in models]
    assert inputs == sorted(set(inputs))


def test_calls_with_tools_teach_nothing_about_calls_without() -> None:
    learned = taught(params={"tools": 3})

    assert estimate(silent(params={"tools": 1}), learned).bands["input_tokens"].likely == pytest.approx(1000, rel=0.03)
    assert estimate(silent(), learned).bands["input_tokens"] == estimate(silent(), RatioModel()).bands["input_tokens"]


def test_one_unusual_call_hardly_moves_the_estimate() -> None:
    learned = taught()
    before = estimate(silent(), learned).bands["input_tokens"].likely
    learned.learn(silent(usage=Usage(input_tokens=400_000, output_tokens=1)))

    assert estimate(silent(), learned).bands["input_tokens"].likely == pytest.approx(before, rel=0.02)


def test_images_widen_the_band() -> None:
    plain = estimate(silent(), RatioModel()).bands["input_tokens"]
    seen = estimate(silent(sizes=TextSize(prompt_bytes=4000, media=2, answer_bytes=800)), RatioModel()).bands[
        "input_tokens"
    ]

    assert (seen.low - plain.low, seen.high - plain.high) == (170, 9600)


def test_stated_tokens_are_kept() -> None:
    stated = silent(usage=Usage(input_tokens=77, output_tokens=5))
    assert estimate(stated, taught()) == (stated.usage, {})

    usage, bands = estimate(silent(usage=Usage(input_tokens=77)), taught())
    assert (usage.input_tokens, set(bands)) == (77, {"output_tokens"})


@pytest.mark.parametrize("outcome", sorted(CUT_SHORT))
def test_a_cut_streams_first_count_is_replaced_and_its_input_kept(outcome: str) -> None:
    usage, bands = estimate(silent(outcome=outcome, usage=Usage(input_tokens=77, output_tokens=1)), taught())
    assert (usage.input_tokens, set(bands)) == (77, {"output_tokens"})
    assert usage.output_tokens == pytest.approx(240, rel=0.03)


def test_the_running_count_of_a_cut_stream_is_kept() -> None:
    running = silent(outcome="client_abort", usage=Usage(input_tokens=77, output_tokens=235))
    assert estimate(running, taught()).bands == {}


@pytest.mark.parametrize(
    "values",
    [
        {"outcome": "http_error", "status": 400},
        {"outcome": "http_error", "status": 529},
        {"outcome": "http_error"},
        {"outcome": "network_error", "status": None},
        {"outcome": "client_abort", "status": None},
        {"status": 204},
        {"meter_failed": True},
        {"is_unreadable": True},
        {"request_bytes": 0},
        {"is_pending": True},
        {"completes": "resp_1"},
        {"sizes": TextSize(prompt_bytes=4000, answer_bytes=0)},
        {"sizes": TextSize()},
        {"operation": "image_generation"},
        {"operation": "count_tokens"},
        {"operation": None},
        {"usage": Usage(units={"search_units": 1})},
    ],
)
def test_calls_without_an_answer_or_billed_by_other_units_are_never_estimated(values: dict[str, Any]) -> None:
    call = silent(**values)
    assert estimate(call, taught()) == (call.usage, {})
    learned = RatioModel()
    learned.learn(call)
    assert learned.state() == []


def test_embeddings_have_no_output() -> None:
    embedding = silent(operation="embeddings", sizes=TextSize(prompt_bytes=4000, answer_bytes=0), output_chunks=None)
    usage, bands = estimate(embedding, RatioModel())
    assert (usage.output_tokens, set(bands)) == (None, {"input_tokens"})


def test_an_answer_that_broke_off_teaches_nothing() -> None:
    learned = RatioModel()
    learned.learn(silent(outcome="client_abort", usage=Usage(input_tokens=9, output_tokens=9)))
    assert learned.state() == []


def test_the_number_of_ratios_is_bounded_and_the_oldest_go() -> None:
    learned = RatioModel()
    for number in range(RATIOS_LIMIT):
        learned.learn(silent(model_requested=f"m{number}", usage=Usage(input_tokens=9, output_tokens=9)))
    models = {row[1] for row in learned.state()}

    assert len(learned.state()) == RATIOS_LIMIT
    assert f"m{RATIOS_LIMIT - 1}" in models
    assert "m0" not in models


def test_ratios_can_be_stored_and_loaded() -> None:
    learned = taught()
    assert estimate(silent(), RatioModel(learned.state())) == estimate(silent(), learned)


amounts = st.none() | st.integers(0, 10**12)


@given(
    st.lists(st.tuples(amounts, amounts, amounts, amounts, amounts), max_size=8),
    st.sampled_from(["ok", "client_abort", "http_error"]),
)
def test_any_sizes_give_a_band_that_holds_its_number(calls: list[tuple[int | None, ...]], outcome: str) -> None:
    learned = RatioModel()
    for tokens_in, tokens_out, prompt, answer, chunks in calls:
        sizes = TextSize(prompt_bytes=prompt, answer_bytes=answer)
        learned.learn(silent(usage=Usage(tokens_in, output_tokens=tokens_out), sizes=sizes, output_chunks=chunks))
        _, bands = estimate(silent(sizes=sizes, output_chunks=chunks, outcome=outcome), learned)
        assert all(0 <= guess.low <= guess.likely <= guess.high for guess in bands.values())
        assert all(math.isfinite(guess.high) for guess in bands.values())


@pytest.mark.slow
def test_nine_in_ten_recorded_calls_of_each_provider_lie_within_the_band_before_and_after_learning() -> None:
    folder = corpus.folder()
    if folder is None:
        pytest.skip("FAREBOX_SHARED names no exchanges")
    teaching, testing = estimates.halves(folder)
    learned = RatioModel()
    before = estimates.errors(testing, learned)
    for call in teaching:
        learned.learn(call)
    after = estimates.errors(testing, learned)
    often = {place for place, found in before.items() if len(found) >= OFTEN}
    assert {("gemini", "output_tokens"), ("venice", "input_tokens"), ("all", "input_tokens")} <= often
    for table in (before, after):
        shares = {place: sum(error.is_within for error in table[place]) / len(table[place]) for place in often}
        assert {place: share for place, share in shares.items() if share < 0.9} == {}
