"""What a source of prices is to the pricer."""

from typing import Protocol

from .consumption import Consumption
from .ratecard import RateCard


class Catalogue(Protocol):
    """Prices by provider, model and what else sets them. `name` is the ledger's `price_source`."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str:
        """The source's version and the start of its data's sha256."""

    def card(self, asked: Consumption) -> RateCard | None:
        """Return the prices that hold for `asked`; None where the source does not know provider or model.

        The same object for the same prices: it is compiled once. The amounts in `asked.usage` play no part.
        """

    def knows_provider(self, provider: str) -> bool: ...

    def knows(self, provider: str, model: str | None) -> bool: ...
