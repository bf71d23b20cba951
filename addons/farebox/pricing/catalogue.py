"""The interface of a source of prices."""

from typing import Protocol

from .consumption import Consumption
from .ratecard import RateCard


class Catalogue(Protocol):
    """Prices by provider, model and other conditions. `name` is the ledger's `price_source`."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str:
        """The source's version and the start of its data's sha256."""

    def card(self, asked: Consumption) -> RateCard | None:
        """Return the prices for `asked`; None if the source does not know the provider or model.

        The same prices are the same object, which is compiled once. The amounts in `asked.usage` are ignored.
        """

    def knows_provider(self, provider: str) -> bool: ...

    def knows(self, provider: str, model: str | None) -> bool: ...
