"""One state of genai-prices' data: who sells what at which price, and of which day it is."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from importlib.resources import files

import genai_prices
from genai_prices import data_snapshot
from genai_prices.types import ConditionalPrice, ModelInfo, ModelPrice, Provider, StartDateConstraint

from ...providers import BY_NAME

_DAY = re.compile(r"\b20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b")


@dataclass(frozen=True, eq=False)
class Edition:
    """The providers, and the `version` that the ledger names: the package's and the start of the data's sha256."""

    providers: list[Provider]
    version: str

    @cached_property
    def _by_id(self) -> Mapping[str, Provider]:
        return {one.id: one for one in self.providers}

    def provider(self, name: str) -> Provider | None:
        """Return the catalogue's provider for ours: by its exact id, as its host patterns are loose."""
        known = BY_NAME.get(name)
        return self._by_id.get(known.catalogue or known.name) if known else None

    def ref(self, model: ModelInfo) -> str:
        """Return "provider/model" in the catalogue's ids: a provider can sell what the catalogue has at another."""
        return self._refs[id(model)]

    def model(self, ref: str) -> ModelInfo:
        """Return the model at `ref`."""
        return self.models[ref]

    def dated(self, today: date) -> date | None:
        """Return the newest day, up to `today`, that a price starts or was checked on.

        The data states no day of its own; this one is at most as late as the data, so no age is told too young.
        """
        return max((day for day in self._days if day <= today), default=None)

    @cached_property
    def models(self) -> Mapping[str, ModelInfo]:
        """All models by their ref."""
        return {f"{provider.id}/{model.id}": model for provider in self.providers for model in provider.models}

    @cached_property
    def _refs(self) -> Mapping[int, str]:
        return {id(model): ref for ref, model in self.models.items()}

    @cached_property
    def _days(self) -> frozenset[date]:
        models = [model for provider in self.providers for model in provider.models]
        texts = " ".join(filter(None, (model.price_comments for model in models)))
        return frozenset(_dates(_DAY.findall(texts))) | frozenset(day for model in models for day in starts(model))


@cache
def bundled() -> Edition:
    """Return the data that came with the package."""
    data = files(genai_prices).joinpath("data.py").read_bytes()
    return Edition(data_snapshot.get_snapshot().providers, version(hashlib.sha256(data).hexdigest()))


def version(sha256: str) -> str:
    """Return the version of data with this hash, as the ledger names it."""
    return f"{genai_prices.__version__}+sha256.{sha256[:12]}"


def conditions(model: ModelInfo) -> Sequence[ConditionalPrice]:
    """Return the model's standard prices, of which the last one that holds counts, else the first."""
    return [ConditionalPrice(prices=model.prices)] if isinstance(model.prices, ModelPrice) else model.prices


def starts(model: ModelInfo) -> set[date]:
    """Return the days on which a price of `model` starts."""
    constraints = [one.constraint for one in (*conditions(model), *(model.price_variants or ()))]
    return {one.start_date for one in constraints if isinstance(one, StartDateConstraint)}


def _dates(texts: Iterable[str]) -> Iterable[date]:
    for text in texts:
        try:
            yield date.fromisoformat(text)
        except ValueError:
            continue
