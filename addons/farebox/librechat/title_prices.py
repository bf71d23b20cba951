"""The cost of a title on each model, from the same sources as the cost of calls."""

from datetime import datetime
from fractions import Fraction
from urllib.parse import urlsplit

from ..pricing.consumption import Consumption
from ..pricing.pricer import Pricer
from ..providers.table import BY_NAME, Table, provider_of
from ..records.usage import Usage
from .endpoints import Endpoint
from .titles import Prices, TitlePrice

# A title as LibreChat's library asks for it: the first exchange in, up to five words out.
TITLE = Usage(input_tokens=500, output_tokens=20)
_INPUT, _OUTPUT = "input_tokens", "output_tokens"


def title_prices(pricer: Pricer, table: Table, at: datetime) -> Prices:
    """Return a function that prices a title of an endpoint on a model; it returns None if no source has the model."""

    def price(endpoint: Endpoint, model: str) -> TitlePrice | None:
        provider = provider_name(endpoint, table)
        if provider is None:
            return None
        asked = Consumption(provider, (model,), TITLE, at, host=endpoint.host)
        card, cost = pricer.card(asked), pricer.price(asked)
        if card is None or cost.nanousd is None:
            return None
        if card.free:
            return TitlePrice(Fraction(0), "nothing")
        rates = [card.rates[name].usd for name in (_INPUT, _OUTPUT) if name in card.rates]
        return TitlePrice(
            Fraction(cost.nanousd), " / ".join(f"{usd.normalize():f}" for usd in rates) + " USD per million"
        )

    return price


def provider_name(endpoint: Endpoint, table: Table) -> str | None:
    """Return the provider that an endpoint calls: by its host, by a route of farebox, or the endpoint's own."""
    if found := provider_of(endpoint.host, endpoint.port, table):
        return found.name
    route = urlsplit(endpoint.url).path.strip("/").partition("/")[0]
    if route in BY_NAME:
        return route
    own = provider_of(endpoint.own_host, None, table) if endpoint.own_host else None
    return own.name if own else None
