"""Entries of the settings that can match nothing, whatever is called: known without a ledger."""

from collections.abc import Iterator
from datetime import datetime

from ..config.idle import idle
from ..config.settings import Settings
from ..pricing.exchange_rates import ExchangeRates
from ..pricing.lint import Lint
from ..pricing.overrides import Overrides
from ..pricing.pricer import Pricer


def entries(settings: Settings, now: datetime) -> Iterator[str]:
    """Yield these entries, the key first and the fix last."""
    yield from idle(settings)
    for problem in lint_of(settings, now).idle() if settings.prices else ():
        yield problem if problem.endswith("?") else f"{problem}: correct the rule, or remove it"


def lint_of(settings: Settings, now: datetime) -> Lint:
    """Return what checks the user's own prices, without the catalogues."""
    own = Overrides(settings.prices, exchange=ExchangeRates(settings.currency))
    return Lint(own, Pricer(()), settings.table, now)
