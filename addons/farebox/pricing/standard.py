"""The sources of prices in order of precedence."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from ..config.price_rules import PriceRule
from .additions import additions
from .book import Book
from .catalogue import Catalogue
from .fallback import LiteLLM
from .genai.edition import Edition, bundled
from .overrides import Overrides
from .preferred import Preferred
from .pricer import Pricer
from .search_apis import search_apis
from .stored import Stored


def standard(rules: Sequence[PriceRule] = (), home: Path | None = None) -> Pricer:
    """Return the Pricer of the user's `rules` and the catalogues.

    The catalogues are the bundled ones, or newer ones downloaded into the data folder `home`.
    """
    edition = Stored(home).edition() if home else bundled()
    return pricer_of(edition, rules)


def pricer_of(edition: Edition, rules: Sequence[PriceRule] = ()) -> Pricer:
    """Return the Pricer of the user's `rules` and the catalogues, with genai-prices in this `edition`."""
    return Pricer(_catalogues(edition), Overrides(rules) if rules else None)


# Two: the downloaded edition, and the previous one while it is still in use.
@lru_cache(maxsize=2)
def _catalogues(edition: Edition) -> Sequence[Catalogue]:
    litellm = LiteLLM()
    return (additions(), Preferred(litellm), Book(edition), litellm, search_apis())
