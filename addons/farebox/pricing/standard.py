"""The sources of prices in order of precedence."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from ..config.currency import Currency
from ..config.price_rules import PriceRule
from .additions import additions
from .book import Book
from .catalogue import Catalogue
from .exchange_rates import ExchangeRates
from .fallback import LiteLLM
from .genai.edition import Edition, bundled
from .overrides import Overrides
from .preferred import Preferred
from .pricer import Pricer
from .search_apis import search_apis
from .stored import Stored
from .verdicts import decided


def standard(rules: Sequence[PriceRule] = (), home: Path | None = None, currency: Sequence[Currency] = ()) -> Pricer:
    """Return the Pricer of the user's `rules` and the catalogues, at the user's rates of `currency`.

    The catalogues are the bundled ones, or newer ones downloaded into the data folder `home`.
    """
    edition = Stored(home).edition() if home else bundled()
    return pricer_of(edition, rules, currency)


def pricer_of(edition: Edition, rules: Sequence[PriceRule] = (), currency: Sequence[Currency] = ()) -> Pricer:
    """Return the Pricer of the user's `rules` and the catalogues, with genai-prices in this `edition`."""
    exchange = ExchangeRates(currency)
    own = Overrides(rules, exchange=exchange) if rules else None
    return Pricer((additions(exchange), *_catalogues(edition)), own, exchange, decided)


# Two: the downloaded edition, and the previous one while it is still in use.
@lru_cache(maxsize=2)
def _catalogues(edition: Edition) -> Sequence[Catalogue]:
    litellm = LiteLLM()
    return (Preferred(litellm), Book(edition), litellm, search_apis())
