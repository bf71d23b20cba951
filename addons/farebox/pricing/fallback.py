"""LiteLLM's prices as a source, for models that genai-prices lacks or prices less exactly."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property

from ..providers.table import BY_NAME
from .consumption import Consumption
from .litellm import fields, names
from .litellm.data import Entry, PriceList, price_list
from .litellm.names import Found
from .litellm.qwen_cache import AUTOMATIC
from .litellm.rates import Choice, has_tier, is_off_peak, rates
from .rate import Rate
from .ratecard import RateCard

NAME = "litellm"
_STANDARD_TIERS = frozenset({"", "default", "standard", "auto", "on_demand"})
_SPEED = "fast"
_SIZES = ("resolution", "size")
# Words that set a price whenever they are present.
_PRICED_WORDS = ("speed", "latency", "search_type", "sound")
_CONTAINER = "container"
_CACHE_SIZE = 4096
# Prices can have changed if a call is older than the list by more than this.
_FRESH = timedelta(days=45)

_LineKey = tuple[str, tuple[str, ...], str, str | None, tuple[tuple[str, str], ...]]
_CardKey = tuple[bool, bool]


@dataclass(frozen=True, eq=False, slots=True)
class Line:
    """A line of the list and the choice of its prices for a call; `notes` are the card's.

    `cards` are cached by two facts: whether the call is in off-peak hours, and whether it is too old for the list.
    """

    found: Found
    choice: Choice
    notes: tuple[str, ...] = ()
    cards: dict[_CardKey, RateCard] = field(default_factory=dict)


class LiteLLM:
    """Prices of LiteLLM's vendored list, which is read on first use."""

    name = NAME

    def __init__(self) -> None:
        self._lines: dict[_LineKey, Line | None] = {}
        self._cards: dict[tuple[str, str, Choice, tuple[str, ...]], RateCard] = {}

    @cached_property
    def _list(self) -> PriceList:
        return price_list()

    @property
    def version(self) -> str:
        return f"{self._list.version}+sha256.{self._list.sha256[:12]}"

    def knows_provider(self, provider: str) -> bool:
        return not self._list.families.isdisjoint(names.families(provider))

    def knows(self, provider: str, model: str | None) -> bool:
        return model is not None and any(f"{one}/{model.lower()}" in self._list for one in names.families(provider))

    def models(self, provider: str) -> Iterator[tuple[str, str]]:
        """Yield the names and modes of a provider's models, without the lines for image sizes."""
        for key in self._list:
            family, _, name = key.partition("/")
            entry = self._list.entry(key) if family in names.families(provider) and "-x-" not in name else None
            if entry:
                yield entry.key.partition("/")[2], entry.mode

    def card(self, asked: Consumption) -> RateCard | None:
        line = self.line(asked)
        return None if line is None else self.card_of(line, asked.at)

    def line(self, asked: Consumption) -> Line | None:
        """Return the line for `asked` at any time; None if the list does not have the model."""
        context = tuple(asked.context.items()) if asked.context else ()
        key = (asked.provider, asked.models, asked.host, asked.tier, context)
        if key not in self._lines:
            if len(self._lines) >= _CACHE_SIZE:
                self._lines.clear()
            found = names.find(self._list, asked)
            self._lines[key] = None if found is None else _line(found, asked)
        return self._lines[key]

    def card_of(self, line: Line, at: datetime) -> RateCard:
        """Return the card of `line` at that time; the same prices are the same object."""
        off_peak = line.found.entry.fields.get(fields.OFF_PEAK)
        card_key = (off_peak is not None and is_off_peak(off_peak, at), at < self._sure_from)
        card = line.cards.get(card_key)
        if card is None:
            card = line.cards[card_key] = self._shared(line, card_key)
        return card

    @cached_property
    def _sure_from(self) -> datetime:
        return datetime.combine(self._list.taken - _FRESH, time(), UTC)

    def _shared(self, line: Line, card_key: _CardKey) -> RateCard:
        """Return the card that lines with the same prices share."""
        is_cheap, is_old = card_key
        choice = line.choice._replace(is_off_peak=is_cheap)
        notes = ("undated_price", *line.notes) if is_old else line.notes
        key = (line.found.entry.key, line.found.match, choice, notes)
        if key not in self._cards:
            if len(self._cards) >= _CACHE_SIZE:
                self._cards.clear()
            self._cards[key] = self._compiled(line.found, choice, notes)
        return self._cards[key]

    def _compiled(self, found: Found, choice: Choice, notes: tuple[str, ...]) -> RateCard:
        entry = found.entry
        details = {"tier": choice.tier, "times": "" if choice.factor == 1 else str(choice.factor)}
        priced = rates(entry, choice)
        return RateCard(
            model=entry.key,
            source=NAME,
            version=self.version,
            rates=priced and self._fees(entry) | priced,
            match=found.match,
            notes=notes,
            details={name: value for name, value in details.items() if value},
            shares=tuple(name for name in fields.shares(entry.mode) if name in priced),
        )

    def _fees(self, entry: Entry) -> dict[str, Rate]:
        """Return the provider's fees for any model: a session of its code interpreter."""
        container = self._list.entry(f"{entry.key.partition('/')[0]}/{_CONTAINER}")
        return rates(container, Choice()) if container and fields.is_text(entry.mode) else {}


def _line(found: Found, asked: Consumption) -> Line:
    entry, context = found.entry, asked.context
    is_batch = context.get("processing") == "batch"
    served = "batch" if is_batch else (asked.tier or "").lower()
    tier = fields.BATCH if is_batch else fields.TIERS.get(served, "")
    is_priced = served in _STANDARD_TIERS or (tier != "" and has_tier(entry, tier))
    choice = Choice(
        tier=tier if is_priced else "",
        words=fields.words(entry.fields) & {context.get(name, "").lower() for name in _SIZES},
        search_size=context.get("search_context_size", ""),
        factor=_factor(entry, asked),
        cache=_cache(asked),
    )
    missing = [] if is_priced else [f"no_price:{'processing' if is_batch else 'service_tier'}={served}"]
    return Line(found, choice, (*missing, *_without_price(found, asked)))


def _cache(asked: Consumption) -> str:
    """Return the kind of cache that the call used, at a provider with two kinds."""
    provider = BY_NAME.get(asked.provider)
    return asked.context.get("cache", AUTOMATIC) if provider and provider.has_two_caches else ""


def _without_price(found: Found, asked: Consumption) -> Iterator[str]:
    """Yield reservations for words whose price the line does not have."""
    by_word = found.entry.fields.get(fields.FACTORS) or {}
    words = ((name, asked.context.get(name)) for name in _PRICED_WORDS)
    return (f"no_price:{name}={word}" for name, word in words if word and word not in by_word)


def _factor(entry: Entry, asked: Consumption) -> Decimal:
    """Return the factor for all token prices: data residency, regional endpoint and speed."""
    by_word = entry.fields.get(fields.FACTORS) or {}
    home = names.residence(asked.host)
    factors = (
        entry.fields.get(f"{fields.RESIDENCY}{home}", 1) if home else 1,
        entry.fields.get(fields.REGIONAL, 1) if names.is_regional_endpoint(asked) else 1,
        by_word.get(asked.context.get("inference_geo", ""), 1),
        by_word.get(_SPEED, 1) if asked.context.get("speed") == _SPEED else 1,
    )
    whole = Decimal(1)
    for factor in factors:
        whole *= factor
    return whole
