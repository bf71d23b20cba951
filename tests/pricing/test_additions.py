"""Prices that no catalogue has: dated, with their source, and only for the calls that they name."""

from datetime import UTC, datetime

import msgspec
import pytest
from farebox.config.price_rules import PriceRule
from farebox.pricing.additions import additions
from farebox.pricing.consumption import Consumption
from farebox.pricing.standard import standard
from farebox.records.usage import Usage

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def video(model: str, **context: str) -> Consumption:
    return Consumption("vertex", (model,), Usage(units={"video_seconds": 8}), AT, context=context)


@pytest.mark.parametrize(
    ("model", "context", "nanousd"),
    [
        ("veo-3.1-generate-001", {"sound": "off"}, 1_600_000_000),
        ("veo-3.1-generate-001", {"sound": "off", "resolution": "1080p"}, 1_600_000_000),
        ("veo-3.1-generate-001", {"sound": "off", "resolution": "4k"}, 3_200_000_000),
        ("veo-3.1-generate-001", {}, 3_200_000_000),
        ("veo-3.0-fast-generate-001", {"sound": "off"}, 640_000_000),
        ("veo-3.1-fast-generate-001", {"sound": "off", "resolution": "1080p"}, 800_000_000),
        ("veo-3.1-lite-generate-001", {"sound": "off"}, 240_000_000),
        ("veo-2.0-generate-001", {"sound": "off"}, 4_000_000_000),
    ],
)
def test_video_without_sound_has_its_own_price(model: str, context: dict[str, str], nanousd: int) -> None:
    cost = standard().price(video(model, **context))

    assert (cost.nanousd, cost.reasons) == (nanousd, ())
    assert cost.source == ("farebox" if context else "litellm")


def test_a_model_whose_price_without_sound_is_unknown_says_so() -> None:
    cost = standard().price(
        Consumption("openai", ("sora-2",), Usage(units={"video_seconds": 8}), AT, context={"sound": "off"})
    )

    assert (cost.status, cost.reasons) == ("partial", ("no_price:sound=off",))


def test_pictures_are_billed_by_the_pixel_instead_of_their_tokens() -> None:
    usage = Usage(input_tokens=2540, input_image_tokens=2500, units={"image_pixels": 1_400_000})

    cost = standard().price(Consumption("voyage", ("voyage-multimodal-3.5",), usage, AT, operation="embeddings"))

    assert cost.nanousd == 40 * 120 + 1_400_000 * 600 // 1_000
    assert (cost.status, cost.reasons) == ("priced", ())


def test_own_prices_go_first() -> None:
    rule = {"match": {"model": "veo-3.1-*"}, "per_unit": {"video_seconds": "0.1"}}

    pricer = standard(msgspec.convert([rule], tuple[PriceRule, ...], strict=False))

    assert pricer.price(video("veo-3.1-generate-001", sound="off")).nanousd == 800_000_000


def test_each_price_says_where_it_was_read_and_when() -> None:
    names = [one.rule.name for one in additions().compiled_rules]

    assert names
    assert all("https://" in name and "2026" in name for name in names)
