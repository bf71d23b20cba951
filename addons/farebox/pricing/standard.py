"""The sources of prices in the order of their authority."""

from collections.abc import Sequence
from functools import cache

from ..price_rules import PriceRule
from .book import Book
from .catalogue import Catalogue
from .fallback import LiteLLM
from .overrides import Overrides
from .preferred import Preferred
from .pricer import Pricer


def standard(rules: Sequence[PriceRule] = ()) -> Pricer:
    """Return the Pricer of the user's `rules` and the catalogues that came with farebox."""
    return Pricer(_catalogues(), Overrides(rules) if rules else None)


@cache
def _catalogues() -> Sequence[Catalogue]:
    litellm = LiteLLM()
    return (Preferred(litellm), Book(), litellm)
