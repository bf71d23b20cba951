"""Endpoints whose titles run on a dear chat model although a cheaper one is listed."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from .base_urls import listed_models
from .deployment import Deployment
from .endpoints import Endpoint
from .finding import Finding, Place, warning

CURRENT = "current_model"


class TitlePrice(NamedTuple):
    """The cost of one title in nano-USD, about 500 tokens in and 20 out, and the prices as they are shown."""

    cost: Fraction
    shown: str


Prices = Callable[[Endpoint, str], TitlePrice | None]


def findings(deployment: Deployment, endpoints: Sequence[Endpoint], prices: Prices) -> Iterator[Finding]:
    """Yield endpoints without a title model of their own whose listed models differ in price."""
    everywhere = deployment.config.get("endpoints", "all") if deployment.config else None
    for endpoint in endpoints:
        if endpoint.is_tool:
            continue
        sources = [one for one in (endpoint.settings, everywhere) if one is not None]
        texts = [found.text for one in sources if (found := one.get("titleModel")) is not None]
        convo = [found.value for one in sources if (found := one.get("titleConvo")) is not None]
        if (not texts or texts[0] == CURRENT) and (not convo or convo[0]):
            yield from _compared(endpoint, deployment, prices)


def _compared(endpoint: Endpoint, deployment: Deployment, prices: Prices) -> Iterator[Finding]:
    priced = {
        name: (price, place)
        for name, place in listed_models(endpoint, deployment)
        if (price := prices(endpoint, name)) is not None
    }
    if not priced:
        return
    dear, (dear_price, listed) = max(priced.items(), key=lambda one: one[1][0].cost)
    cheap, (cheap_price, _) = min(priced.items(), key=lambda one: one[1][0].cost)
    if cheap_price.cost >= dear_price.cost:
        return
    own = endpoint.settings.get("titleModel") if endpoint.settings else None
    place = Place(own.file, own.line, "titleModel") if own else listed
    yield warning(
        place,
        f"titles of {endpoint.name} run on the model of the conversation: {dear} costs {dear_price.shown}, {cheap} "
        f"{cheap_price.shown}, so a title costs {_times(dear_price.cost, cheap_price.cost)}",
        f"titleModel: '{cheap}'",
    )


def _times(dear: Fraction, cheap: Fraction) -> str:
    return f"{float(dear / cheap):.3g} times as much" if cheap else "money instead of nothing"
