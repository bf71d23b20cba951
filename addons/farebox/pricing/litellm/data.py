"""The list as vendored by scripts/litellm_prices.py: read once; a model's prices are decoded on first use."""

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec


class _File(msgspec.Struct):
    """`models` by `family/name`, their entries undecoded, as most are never used."""

    version: str
    sha256: str
    taken: date
    models: dict[str, msgspec.Raw]


_FILE = msgspec.json.Decoder(_File)
# Numbers keep their exact digits.
_ENTRY = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)


@dataclass(frozen=True, slots=True)
class Entry:
    """One model's line: its name in LiteLLM, its mode, its fields in USD."""

    key: str
    mode: str
    fields: Mapping[str, Any]


class PriceList:
    """The models by name, case-insensitive. `sha256` is of the list as published, `taken` the day of its retrieval."""

    def __init__(self, content: bytes) -> None:
        read = _FILE.decode(content)
        self.version = read.version
        self.sha256 = read.sha256
        self.taken = read.taken
        self._models = {key.lower(): (key, raw) for key, raw in read.models.items()}
        self.families = frozenset(key.partition("/")[0] for key in self._models)

    def __contains__(self, name: str) -> bool:
        return name in self._models

    def __iter__(self) -> Iterator[str]:
        return iter(self._models)

    def entry(self, name: str) -> Entry | None:
        """Return the model of that name, in lower case: `azure/eu/gpt-4o`."""
        found = self._models.get(name)
        if found is None:
            return None
        key, raw = found
        fields = _ENTRY.decode(raw)
        return Entry(key, fields.pop("mode"), fields)


@cache
def price_list() -> PriceList:
    """Return the bundled list."""
    return PriceList(gzip.decompress(files(__package__).joinpath("prices.json.gz").read_bytes()))
