"""`farebox prices update`."""

from typing import Annotated

import typer

from ...config import settings as settings_module
from ...pricing.stored import State, Stored
from ...pricing.update import Taken, update
from ..console import console
from ..options import Config
from ..progress import progress


def update_prices(
    *,
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="Fetch from this URL: a mirror of genai-prices' data.")
    ] = None,
    rollback: Annotated[bool, typer.Option("--rollback", help="Use the previous prices again.")] = False,
    config: Config = None,
) -> None:
    """Fetch new list prices, and use them if they are plausible.

    Without this command farebox never fetches prices. They come from genai-prices' repository, or from --url or the
    setting prices_update.url. A running farebox uses them within a minute; recorded calls keep their cost.

    - `farebox prices update`
    - `farebox prices update --url https://mirror.example.com/data.json`
    - `farebox prices update --rollback`
    """
    settings = settings_module.load({}, config=config)
    if rollback:
        console().print(_rolled_back(Stored(settings.folder).roll_back()), soft_wrap=True, highlight=False)
    else:
        with progress("Downloading prices"):
            taken = update(settings.folder, url or settings.prices_update.url)
        console().print(_updated(taken), soft_wrap=True, highlight=False)


def _updated(taken: Taken) -> str:
    change, dated = taken.change, taken.edition.dated
    if not taken.is_new:
        return f"No newer prices: the prices of {dated} are in use, {change.models} models."
    return (
        f"Prices of {dated} are in use: {change.models} models, {change.added} new, {change.removed} removed, "
        f"{change.repriced} with other prices. `farebox prices update --rollback` undoes it."
    )


def _rolled_back(state: State) -> str:
    if state.current is None:
        return "The prices included in farebox are in use again."
    return f"Prices fetched {state.current.fetched_at:%Y-%m-%d %H:%M} UTC from {state.current.url} are in use again."
