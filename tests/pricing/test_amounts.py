"""Usage as it is billed: nothing counted twice."""

from datetime import UTC, datetime

import pytest
from farebox.pricing.amounts import amounts
from farebox.pricing.consumption import Consumption
from farebox.records.usage import Usage
from hypothesis import given
from hypothesis import strategies as st

AT = datetime(2026, 11, 1, tzinfo=UTC)
COUNTS = st.integers(0, 10**6)


def billed(usage: Usage, **more: int) -> dict[str, int]:
    return {"requests": 1, **more} | dict(amounts(Consumption("openai", ("gpt-4o",), usage, AT)).by_name)


@given(plain=COUNTS, read=COUNTS, written=COUNTS, hour=COUNTS, audio=COUNTS, image=COUNTS)
def test_the_input_is_split_without_remainder(
    plain: int, read: int, written: int, hour: int, audio: int, image: int
) -> None:
    usage = Usage(
        input_tokens=plain + read + written + hour + audio + image,
        cache_read_tokens=read,
        cache_write_tokens=written + hour,
        cache_write_1h_tokens=hour,
        input_audio_tokens=audio,
        input_image_tokens=image,
    )
    found = amounts(Consumption("openai", (), usage, AT))

    assert found.is_possible
    assert found.input_tokens == usage.input_tokens
    assert {name: number for name, number in found.by_name.items() if number and name != "requests"} == {
        name: number
        for name, number in {
            "input_tokens": plain,
            "cache_read_tokens": read,
            "cache_write_tokens": written,
            "cache_write_1h_tokens": hour,
            "input_audio_tokens": audio,
            "input_image_tokens": image,
        }.items()
        if number
    }


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (Usage(output_tokens=100, reasoning_tokens=60), {"output_tokens": 40, "reasoning_tokens": 60}),
        (Usage(output_tokens=100, output_audio_tokens=70), {"output_tokens": 30, "output_audio_tokens": 70}),
        (Usage(output_tokens=100, reasoning_tokens=130), {"reasoning_tokens": 100}),
        (
            Usage(
                input_tokens=100,
                cache_read_tokens=64,
                input_audio_tokens=80,
                units={"cache_read_audio_tokens": 50},
            ),
            {"cache_read_audio_tokens": 50, "cache_read_tokens": 14, "input_audio_tokens": 30, "input_tokens": 6},
        ),
        (
            Usage(
                input_tokens=100,
                cache_read_tokens=60,
                input_image_tokens=70,
                units={"cache_read_image_tokens": 50, "input_video_tokens": 15},
            ),
            {
                "cache_read_image_tokens": 50,
                "cache_read_tokens": 10,
                "input_image_tokens": 20,
                "input_video_tokens": 15,
                "input_tokens": 5,
            },
        ),
        (
            Usage(input_tokens=100, cache_read_tokens=90, units={"input_video_tokens": 80}),
            {"cache_read_tokens": 90, "input_tokens": 10},
        ),
        (
            Usage(output_tokens=100, units={"output_video_tokens": 90}),
            {"output_video_tokens": 90, "output_tokens": 10},
        ),
        (Usage(cache_read_tokens=5), {"cache_read_tokens": 5}),
        (Usage(units={"images": 2, "pages": 0}), {"images": 2}),
    ],
    ids=[
        "reasoning",
        "audio",
        "more reasoning than output",
        "cached audio",
        "cached images and video",
        "video that may be cached",
        "video made",
        "cache alone",
        "units",
    ],
)
def test_parts_are_taken_out_of_their_totals(usage: Usage, expected: dict[str, int]) -> None:
    assert billed(usage) == {"requests": 1, **expected}


@pytest.mark.parametrize(
    ("calls", "longest", "expected"),
    [(1, None, (1000, 1000)), (4, None, (0, 1000)), (4, 600, (600, 600))],
)
def test_long_context_goes_by_the_input_of_one_call(calls: int, longest: int | None, expected: tuple[int, int]) -> None:
    asked = Consumption("openai", (), Usage(input_tokens=1000), AT, calls=calls, longest_input=longest)
    found = amounts(asked)

    assert (found.input_tokens, found.input_at_most) == expected
    assert found.by_name == {"input_tokens": 1000, "requests": calls}


@pytest.mark.parametrize("output", [None, 100])
def test_more_reasoning_than_output_is_told(output: int | None) -> None:
    found = amounts(Consumption("openai", (), Usage(output_tokens=output, reasoning_tokens=130), AT))

    assert (found.is_possible, found.reasons) == (True, ("reasoning_exceeds_output",))


def test_reasoning_can_be_all_of_the_output() -> None:
    found = amounts(Consumption("openai", (), Usage(output_tokens=130, reasoning_tokens=130), AT))

    assert (found.is_possible, found.reasons) == (True, ())


def test_more_cache_than_input_is_told() -> None:
    found = amounts(Consumption("openai", (), Usage(input_tokens=10, cache_read_tokens=100), AT))

    assert (found.input_tokens, found.reasons) == (100, ("cache_exceeds_input",))


@pytest.mark.parametrize(
    "usage",
    [
        Usage(input_tokens=10, cache_write_tokens=1, cache_write_1h_tokens=5),
        Usage(input_tokens=10, input_audio_tokens=20),
        Usage(output_tokens=10, output_audio_tokens=20),
    ],
)
def test_a_part_greater_than_its_whole_is_not_possible(usage: Usage) -> None:
    assert not amounts(Consumption("openai", (), usage, AT)).is_possible
