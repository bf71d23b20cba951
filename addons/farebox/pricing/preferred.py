"""A source that takes precedence for the models that the verdicts name."""

from functools import lru_cache

from .consumption import Consumption
from .fallback import LiteLLM
from .ratecard import RateCard
from .verdicts import verdict

_CACHE_SIZE = 4096


class Preferred:
    """LiteLLM's prices, only for models whose verdict prefers LiteLLM."""

    def __init__(self, source: LiteLLM) -> None:
        self._source = source
        self._is_preferred = lru_cache(_CACHE_SIZE)(self._is_preferred_by_verdict)

    @property
    def name(self) -> str:
        return self._source.name

    @property
    def version(self) -> str:
        return self._source.version

    def knows_provider(self, provider: str) -> bool:
        return self._source.knows_provider(provider)

    def knows(self, provider: str, model: str | None) -> bool:
        return self._source.knows(provider, model)

    def card(self, asked: Consumption) -> RateCard | None:
        line = self._source.line(asked)
        if line is None or not self._is_preferred(asked.provider, line.found.entry.key):
            return None
        return self._source.card_of(line, asked.at)

    def _is_preferred_by_verdict(self, provider: str, key: str) -> bool:
        found = verdict(f"{provider}/{key.partition('/')[2]}")
        return found is not None and found.use == self._source.name
