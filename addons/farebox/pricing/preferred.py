"""A source where it is the better one, so that it goes before others that know the model too."""

from functools import lru_cache

from .consumption import Consumption
from .fallback import LiteLLM
from .ratecard import RateCard
from .verdicts import verdict

_MEMORY = 4096


class Preferred:
    """LiteLLM's prices, of those models alone for which the verdicts say so."""

    def __init__(self, source: LiteLLM) -> None:
        self._source = source
        self._is_preferred = lru_cache(_MEMORY)(self._says_so)

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

    def _says_so(self, provider: str, key: str) -> bool:
        held = verdict(f"{provider}/{key.partition('/')[2]}")
        return held is not None and held.use == self._source.name
