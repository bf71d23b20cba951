"""Which of the catalogue's models a name means."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from genai_prices.types import ClauseEquals, ClauseOr, MatchLogic, ModelInfo

from ..ratecard import EXACT, FUZZY
from .aliases import Alias, aliases
from .edition import Edition


class Found(NamedTuple):
    """A model, as `ref` ("provider/model" in the catalogue's ids): whose it is may be another than who was asked.

    `match` tells whether the name is one that the catalogue spells out; `aliases` what else it stands for.
    """

    ref: str
    model: ModelInfo
    match: str
    aliases: Sequence[Alias] = ()

    @property
    def is_trusted(self) -> bool:
        """Tell whether it is known what the name stands for by now."""
        return not self.aliases or self.aliases[-1].model is not None


def find(edition: Edition, provider: str, name: str) -> Found | None:
    """Return the model that `name` means at `provider` (our name for it); None where the catalogue has none."""
    catalogue = edition.provider(provider)
    model = catalogue.find_model(name, all_providers=edition.providers) if catalogue else None
    if catalogue is None or model is None:
        return None
    wanted = name.lower()
    match = EXACT if wanted in (model.id.lower(), *_names(model.match)) else FUZZY
    return Found(edition.ref(model), model, match, aliases(catalogue.id, wanted))


def meant(edition: Edition, provider: str, alias: Alias) -> Found | None:
    """Return the model that `alias` stands for; None where that is not known."""
    found = find(edition, provider, alias.model) if alias.model else None
    return found._replace(match=FUZZY, aliases=()) if found else None


def _names(clause: MatchLogic) -> Iterator[str]:
    """Yield the names that `clause` takes by their whole, in lower case."""
    if isinstance(clause, ClauseEquals):
        yield clause.equals.lower()
    elif isinstance(clause, ClauseOr):
        for one in clause.or_:
            yield from _names(one)
