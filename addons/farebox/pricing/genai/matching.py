"""Find the catalogue's model for a name."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from genai_prices.types import ClauseEquals, ClauseOr, MatchLogic, ModelInfo

from ..ratecard import EXACT, FUZZY
from .aliases import Alias, aliases
from .edition import Edition


class Found(NamedTuple):
    """A model and its `ref` ("provider/model" in the catalogue's ids); its provider can differ from the call's.

    `match` says whether the catalogue lists the full name; `aliases` are other models that the name stands for.
    """

    ref: str
    model: ModelInfo
    match: str
    aliases: Sequence[Alias] = ()

    @property
    def is_trusted(self) -> bool:
        """Tell whether the current meaning of the name is known."""
        return not self.aliases or self.aliases[-1].model is not None


def find(edition: Edition, provider: str, name: str) -> Found | None:
    """Return the model of that `name` at `provider` (farebox's name); None if the catalogue has none."""
    catalogue = edition.provider(provider)
    model = catalogue.find_model(name, all_providers=edition.providers) if catalogue else None
    if catalogue is None or model is None:
        return None
    wanted = name.lower()
    match = EXACT if wanted in (model.id.lower(), *_names(model.match)) else FUZZY
    return Found(edition.ref(model), model, match, aliases(catalogue.id, wanted))


def alias_target(edition: Edition, provider: str, alias: Alias) -> Found | None:
    """Return the model that `alias` stands for; None if unknown."""
    found = find(edition, provider, alias.model) if alias.model else None
    return found._replace(match=FUZZY, aliases=()) if found else None


def _names(clause: MatchLogic) -> Iterator[str]:
    """Yield the full names that `clause` lists, in lower case."""
    if isinstance(clause, ClauseEquals):
        yield clause.equals.lower()
    elif isinstance(clause, ClauseOr):
        for one in clause.or_:
            yield from _names(one)
