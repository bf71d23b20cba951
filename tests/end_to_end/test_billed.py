"""From the bytes of an answer to its cost: every unit that is billed, computed by hand.

Money is in nano-USD: what costs 2.50 USD per million tokens costs 2,500 for one.
"""

import msgspec
import pytest
from farebox.records.reading import Reading

from tests.cases import FOLDER, load
from tests.sessions import load as load_session
from tests.support.samples import STARTED_AT, record_of

SEARCH = 10_000_000


def reading_of(name: str) -> Reading:
    path = FOLDER / name
    if path.suffix == ".session":
        return load_session(path).read()[0]
    case = load(path.with_suffix(".case"))
    return case.read([case.body])


@pytest.mark.parametrize(
    ("name", "nanousd"),
    [
        # Sonnet 4.6 at 3 and 15, what Opus 4.7 advised at 5 and 25, one search.
        (
            "anthropic_messages/advisor_of_another_model",
            2414 * 3_000 + 3200 * 15_000 + 2728 * 5_000 + 874 * 25_000 + SEARCH,
        ),
        # Opus 4.6 at 5 and 25: what was compacted, and the answer.
        ("anthropic_messages/compaction_beside_totals", (60385 + 612) * 5_000 + (522 + 2819) * 25_000),
        # Opus 4.8 at 5 and 25; Fable 5, which refused, at nothing.
        ("anthropic_messages/fallback_after_refusal", 412 * 5_000 + 264 * 25_000),
        # Half of Sonnet 4.5's 3 and 15; of Haiku 4.5's 1 and 5; of Sonnet's 6, 0.60 and 22.50 above 200,000; a search.
        (
            "anthropic_batches/results",
            (51 * 1_500 + 20 * 7_500)
            + (19 * 500 + 40 * 2_500)
            + (250_000 * 3_000 + 1000 * 300 + 100 * 11_250)
            + SEARCH,
        ),
        # Half of gpt-5-mini's 0.25, 0.025 and 2.
        ("openai_batches/ended_with_counts", 300_000 * 125 + 100_000 * 25 // 2 + 9000 * 1_000),
        # Half of Gemini 3.5 Flash's 1.50 and 9.
        ("gemini_batch/ended", 19 * 750 + 48 * 4_500),
        # Half of Mistral Small 4's 0.15 and 0.60.
        ("mistral_batches/ended", 21 * 75 + 10 * 300),
        # gpt-realtime: text 4, 0.40 from the cache, 16 out; audio 32, 0.40, 64 out; pictures 5, 0.50.
        (
            "openai_realtime/cached_audio.session",
            (72 * 4_000 + 128 * 400 + 30 * 16_000)
            + (124 * 32_000 + 576 * 400 + 120 * 64_000)
            + (36 * 5_000 + 64 * 500),
        ),
        # gpt-5.4 at 2.50, 0.25 and 15; gpt-image-1.5 at 5 for text and 32 for what it paints.
        (
            "openai_responses/picture_by_token",
            200 * 2_500 + 100 * 250 + 60 * 15_000 + 40 * 5_000 + 400 * 32_000,
        ),
        # gpt-4.1-mini at 0.40 and 1.60; a picture of 1024x1024 in medium quality at 0.042.
        ("openai_responses/azure", 1977 * 400 + 65 * 1_600 + 42_000_000),
        # gpt-5.4; one search, one search of files at 2.50 per thousand, two containers at 0.03.
        ("openai_responses/tools_streamed", 5000 * 2_500 + 300 * 15_000 + SEARCH + 2_500_000 + 2 * 30_000_000),
        # gpt-4o-search-preview at 2.50 and 10; a search with much context at 25 per thousand.
        ("openai_chat/search_model", 9 * 2_500 + 40 * 10_000 + 25_000_000),
        # Gemini 2.5 Flash: text and pictures 0.30, 0.03 from the cache; audio 0.10 from there; 2.50 out.
        (
            "gemini_generate/cached_audio_and_video",
            (100 + 1000) * 300 + (200 + 300) * 30 + 1000 * 100 + 20 * 2_500,
        ),
        # A prompt with searches at 35 per thousand, one with the map at 25.
        ("gemini_generate/search_by_prompt", 9 * 300 + 4 * 2_500 + 35_000_000),
        ("gemini_generate/maps", 9 * 300 + 4 * 2_500 + 25_000_000),
        # Gemini 3 Pro at 2 and 12; each query at 14 per thousand.
        ("gemini_generate/search_by_query", 9 * 2_000 + 4 * 12_000 + 2 * 14_000_000),
        ("gemini_videos/started", 16 * 400_000_000),
        ("openai_videos/made", 8 * 500_000_000),
        ("mistral_ocr/annotated", 2 * 3_000_000),
    ],
)
def test_every_billed_unit_is_priced(name: str, nanousd: int) -> None:
    row = record_of(msgspec.structs.replace(reading_of(name), started_at=STARTED_AT))

    assert (row.cost_nanousd, row.cost_status, row.cost_reasons) == (nanousd, "priced", None)
