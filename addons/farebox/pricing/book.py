"""The price catalogue genai-prices; a missing price is reported instead of read as zero.

https://github.com/pydantic/genai-prices
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from functools import lru_cache

from .consumption import Consumption
from .genai import cards
from .genai.aliases import STALE
from .genai.choice import spans
from .genai.context import words
from .genai.edition import Edition, bundled
from .genai.matching import Found, alias_target, find
from .genai.timeline import BEGINNING, Span, Timeline, spliced
from .ratecard import RateCard

NAME = cards.NAME
# Names, hosts and words come from the wire: hostile ones can evict others, but memory stays bounded.
_CACHE_SIZE = 4096

Context = tuple[tuple[str, str], ...]


class Book:
    """Prices of one edition of genai-prices' data."""

    name = NAME

    def __init__(self, edition: Edition | None = None) -> None:
        self._edition = edition or bundled()
        self._find = lru_cache(_CACHE_SIZE)(lambda provider, name: find(self._edition, provider, name))
        self._make = lru_cache(_CACHE_SIZE)(lambda chosen: cards.card(self._edition, chosen))
        self._timeline = lru_cache(_CACHE_SIZE)(self._new_timeline)

    @property
    def version(self) -> str:
        return self._edition.version

    def knows_provider(self, provider: str) -> bool:
        return self._edition.provider(provider) is not None

    def knows(self, provider: str, model: str | None) -> bool:
        return model is not None and self._find(provider, model) is not None

    def models(self, provider: str) -> list[str]:
        """Return the ids of a provider's models."""
        known = self._edition.provider(provider)
        return [model.id for model in known.models] if known else []

    def card(self, asked: Consumption) -> RateCard | None:
        context = tuple(asked.context.items()) if asked.context else ()
        timeline = self._timeline(asked.provider, asked.models, asked.tier, context, asked.host)
        return None if timeline is None else timeline.card(asked.at, asked.duration_ms)

    def _new_timeline(
        self, provider: str, models: Sequence[str], tier: str | None, context: Context, host: str
    ) -> Timeline | None:
        found = [one for name in models if (one := self._find(provider, name)) is not None]
        if not found:
            return None
        trusted = next((one for one in found if one.is_trusted), found[0])
        return Timeline(self._spans(provider, trusted, host, words(tier, dict(context))))

    def _spans(self, provider: str, found: Found, host: str, asked_for: dict[str, str]) -> list[Span]:
        """Return the spans of the model, then those of the models that its name stands for from later days on."""
        known = spans(found, host, asked_for, self._make)
        for alias in found.aliases:
            since = BEGINNING if alias.since == date.min else datetime.combine(alias.since, time(), UTC)
            target = alias_target(self._edition, provider, alias)
            stale = () if target else (STALE,)
            known = spliced(known, since, spans(target or found, host, asked_for, self._make, stale))
        return known


def catalogue_version() -> str:
    """Return the catalogue's package version and the start of its data's sha256."""
    return bundled().version
