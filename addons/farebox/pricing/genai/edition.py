"""One edition of genai-prices' data: providers, their models and prices, and its date."""

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

from ...providers.table import BY_NAME

# "checked 2026-10-19", "Rates verified on 2026-10-12", "as of 2026-08-25"
_CHECKED = re.compile(r"\b(?:checked|verified|updated|as of)(?:\s+on)?\s+(20\d\d-\d\d-\d\d)\b", re.IGNORECASE)


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
        """Return "provider/model" in the catalogue's ids: a provider can sell a model that is listed at another."""
        return self._refs[id(model)]

    def model(self, ref: str) -> ModelInfo:
        """Return the model at `ref`."""
        return self.models[ref]

    @cached_property
    def models(self) -> Mapping[str, ModelInfo]:
        """All models by their ref."""
        return {f"{provider.id}/{model.id}": model for provider in self.providers for model in provider.models}

    @cached_property
    def _refs(self) -> Mapping[int, str]:
        return {id(model): ref for ref, model in self.models.items()}

    @cached_property
    def dated(self) -> date | None:
        """The newest day on which a price was checked, according to the remarks on prices; None if none states one.

        The data has no date of its own. It is no older than this; start days of prices can be later.
        """
        remarks = " ".join(model.price_comments or "" for model in self.models.values())
        return max(_dates(_CHECKED.findall(remarks)), default=None)


@cache
def bundled() -> Edition:
    """Return the data bundled with the package."""
    data = files(genai_prices).joinpath("data.py").read_bytes()
    return Edition(data_snapshot.get_snapshot().providers, version(hashlib.sha256(data).hexdigest()))


def version(sha256: str) -> str:
    """Return the version of data with this hash, as the ledger names it."""
    return f"{genai_prices.__version__}+sha256.{sha256[:12]}"


def conditions(model: ModelInfo) -> Sequence[ConditionalPrice]:
    """Return the model's standard prices, of which the last one that holds applies, else the first."""
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
