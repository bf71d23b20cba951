"""From an exchange to its cost, for everything that is billed beside the tokens of a call: by hand, in nano-USD."""

import os
from pathlib import Path

import msgspec
import pytest
from farebox.records.record import Record

from tests import cases, sessions
from tests.cases import FOLDER
from tests.support.samples import record_of

# Late in November 2026.
NOW = 1_795_900_000_000_000_000
SHARED = Path(os.environ.get("FAREBOX_SHARED", ""))
REPORTS = SHARED / "reports" / "billing"


def rows(path: Path) -> list[Record]:
    """Return the rows of a case or session at the prices of today."""
    if path.suffix == ".session":
        found = sessions.load(path).read()
    else:
        case = cases.load(path)
        found = [case.read([case.body])]
    return [record_of(msgspec.structs.replace(one, started_at=NOW)) for one in found]


@pytest.mark.parametrize(
    ("name", "nanousd", "reasons"),
    [
        # 1.02 an hour.
        ("openai_realtime/transcription_with_a_fraction.session", round(7.25 * 1.02e9 / 3_600), None),
        # 2.04 an hour.
        ("openai_realtime/translation_states_its_length.session", round(61.5 * 2.04e9 / 3_600), None),
        # 3 an hour, a text message at 0.004.
        ("openai_realtime/xai_text_messages.session", round(2.5 * 3e9 / 3_600) + 4_000_000, None),
        ("openai_live/closed.session", round(42.75 * 3e9 / 3_600), None),
        ("openai_live/cut.session", round(20 * 3e9 / 3_600), ["incomplete_answer"]),
        # 0.36 an hour.
        ("mistral_realtime/done.session", round(9 * 0.36e9 / 3_600), None),
        ("gemini_videos/without_sound.case", 12 * 100_000_000, None),
        ("gemini_videos/with_sound.case", 4 * 100_000_000, None),
        ("openai_embeddings/voyage_in_context.case", 4200 * 120, None),
        # 0.12 per million tokens of text, 0.60 per billion pixels.
        ("openai_embeddings/voyage_pictures.case", 40 * 120 + 4_200_000 * 6 // 10, None),
        ("cohere_embed/pictures_by_token.case", 60 * 120 + 1500 * 470, None),
        # 0.20 per million characters, 0.0001 a picture, 0.0005 a second.
        ("vertex_predict/multimodal.case", 8 * 200 + 100_000 + 27 * 500_000, None),
        # 1.50 per million; no source has a price for the storage.
        ("gemini_cached_contents/created.case", 48_000 * 1_500, ["no_price:cached_token_hours"]),
        # 5 per million tokens that were trained on.
        ("fine_tuning/succeeded.case", 360_000 * 5_000, None),
        ("fine_tuning/together.case", 4_320_000_000, ["usage.cost"]),
        ("fine_tuning/mistral.case", None, ["no_price:trained_tokens"]),
        ("fine_tuning/started.case", None, ["pending"]),
        # gpt-5.4-mini at 0.75, 0.075 and 4.50; gpt-4.1 at 2 and 8.
        ("openai_evals/completed.case", 4000 * 750 + 1000 * 75 + 900 * 4_500 + 7000 * 2_000 + 200 * 8_000, None),
        ("openai_vector_stores/searched.case", 2_500_000, None),
        # Four times the 0.03 of a gigabyte.
        ("openai_containers/created.case", 120_000_000, None),
        # gpt-5.4 at 2.50 and 15, beside one container of four gigabytes.
        ("openai_responses/hosted_shell.case", 800 * 2_500 + 60 * 15_000 + 120_000_000, None),
    ],
)
def test_it_costs(name: str, nanousd: int | None, reasons: list[str] | None) -> None:
    row = rows(FOLDER / name)[0]

    assert (row.cost_nanousd, row.cost_reasons) == (nanousd, reasons)


def test_what_a_live_session_delegates_is_a_row_of_its_own() -> None:
    delegated, session = rows(FOLDER / "openai_live/delegated.session")

    assert (delegated.model, delegated.cost_nanousd) == ("gpt-5.4", 200 * 2_500 + 1000 * 250 + 80 * 15_000)
    assert (session.model, session.cost_nanousd) == ("gpt-live-1", round(9.5 * 3e9 / 3_600))


@pytest.mark.skipif(not REPORTS.is_dir(), reason="FAREBOX_SHARED names no folder with reported bills")
@pytest.mark.parametrize(
    ("name", "nanousd", "reasons"),
    [
        ("b03_rt_transcription_fraction.session", 963_333, None),
        ("b04_gpt_live.session", 75_416_667, None),
        ("b06_xai_voice_text_message.session", 24_000_000, None),
        ("c06_veo_no_audio.case", 3_200_000_000, None),
        ("c07b_voyage_context.case", 180_000, None),
        ("c08_cohere_v4_image.case", 482_000, None),
        ("d04_fine_tuning.case", 30_000_000_000, None),
        ("d07_gemini_cache_create.case", 2_000_000_000, ["no_price:cached_token_hours"]),
        ("d09_evals_run.case", 270_000, None),
        # In yuan, at the rate that comes with farebox.
        ("f05b_qwen_plus_cn.case", 1_412_850, None),
    ],
)
def test_a_reported_bill_is_right(name: str, nanousd: int, reasons: list[str] | None) -> None:
    row = rows(REPORTS / name)[0]

    assert (row.cost_nanousd, row.cost_reasons) == (nanousd, reasons)
