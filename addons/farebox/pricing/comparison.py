"""Compare sources of prices on the same calls."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from ..records.usage import Usage
from .book import Book
from .catalogue import Catalogue
from .consumption import Consumption
from .cost import Cost
from .fallback import LiteLLM
from .pricer import Pricer
from .verdicts import Verdict, verdict

# Smaller differences count as agreement: sources round and convert currencies in their own ways.
MARGIN = Fraction(1, 100)
CHAT = "chat"
STANDARD = "10k in, 4k of it cached, 1k out"
_CHAT = {
    STANDARD: Usage(input_tokens=10_000, cache_read_tokens=4_000, output_tokens=1_000),
    "300k in, 1k out": Usage(input_tokens=300_000, output_tokens=1_000),
}
_IMAGES = {
    "an image": Usage(units={"images": 1}),
    "1k in, an image of 5k out": Usage(input_tokens=1_000, output_tokens=5_000, output_image_tokens=5_000),
}
_AUDIO = Usage(input_tokens=10_000, input_audio_tokens=5_000, output_tokens=1_000, output_audio_tokens=500)
# Sample calls for each of LiteLLM's modes.
SAMPLES: Mapping[str, Mapping[str, Usage]] = {
    CHAT: _CHAT,
    "responses": _CHAT,
    "completion": _CHAT,
    "embedding": {"10k in": Usage(input_tokens=10_000)},
    "rerank": {"1k searches": Usage(units={"search_units": 1_000}), "10k in": Usage(input_tokens=10_000)},
    "ocr": {"1k pages": Usage(units={"pages": 1_000}), "1k annotated": Usage(units={"annotated_pages": 1_000})},
    "audio_transcription": {
        "an hour": Usage(units={"audio_seconds": 3_600}),
        "10k of sound in, 1k out": Usage(input_tokens=10_000, input_audio_tokens=10_000, output_tokens=1_000),
    },
    "audio_speech": {"10k characters": Usage(units={"characters": 10_000})},
    "image_generation": _IMAGES,
    "image_edit": _IMAGES,
    "video_generation": {"8 s of video": Usage(units={"video_seconds": 8})},
    "realtime": {"an hour": Usage(units={"audio_seconds": 3_600}), "10k in, 1k out, half of it sound": _AUDIO},
}


@dataclass(frozen=True)
class Comparison:
    """The cost of a call in nano-USD by each source that prices all of it, and the cost that farebox uses."""

    provider: str
    name: str
    sample: str
    nanousd: Mapping[str, int]
    used: Cost

    @property
    def model(self) -> str:
        return f"{self.provider}/{self.name}"

    @property
    def is_agreed(self) -> bool:
        return agree(*self.nanousd.values())

    @property
    def verdict(self) -> Verdict | None:
        """Return which source is used, and why; None if they agree."""
        return None if self.is_agreed else verdict(self.model)


def agree(*prices: int) -> bool:
    """Tell whether `prices` are equal within the margin."""
    return max(prices) - min(prices) <= MARGIN * max(prices)


class Comparer:
    """Compares `sources` with each other and with `chosen`, the pricer in use."""

    def __init__(self, sources: Sequence[Catalogue], chosen: Pricer) -> None:
        self._pricers = {one.name: Pricer([one]) for one in sources}
        self._chosen = chosen

    def compare(self, provider: str, name: str, mode: str, at: datetime) -> Iterator[Comparison]:
        """Yield a Comparison for each sample of that mode that at least two sources price."""
        for sample, usage in SAMPLES.get(mode, {}).items():
            asked = Consumption(provider, (name,), usage, at)
            costs = {source: pricer.price(asked) for source, pricer in self._pricers.items()}
            whole = {source: cost.nanousd for source, cost in costs.items() if cost.nanousd and _is_whole(cost)}
            if len(whole) > 1:
                yield Comparison(provider, name, sample, whole, self._chosen.price(asked))


def models(provider: str, book: Book, litellm: LiteLLM) -> Iterator[tuple[str, str]]:
    """Yield the name and mode of each model of a provider that either catalogue lists."""
    found = list(litellm.models(provider))
    yield from found
    known = {name.lower() for name, _ in found}
    yield from ((name, CHAT) for name in book.models(provider) if name.lower() not in known)


def _is_whole(cost: Cost) -> bool:
    return not any(reason.startswith(("no_price:", "no_share:")) for reason in cost.reasons)
