"""The prices in use: made anew when others are put into the data folder, and told of when they grow old."""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from ..config.price_rules import PriceRule
from ..pricing.age import UPDATE, age_seconds, complaint
from ..pricing.pricer import Pricer
from ..pricing.standard import pricer_of
from ..pricing.stored import Stored

logger = logging.getLogger(__name__)

LOOK_SECONDS = 60.0
_COMPLAIN_SECONDS = 86_400.0


class Prices:
    """The Pricer of `rules` and the catalogues in the data folder `home`, which is looked into once a minute.

    `clock` counts seconds, `now` tells the time, UTC.
    """

    def __init__(
        self,
        home: Path,
        rules: Sequence[PriceRule] = (),
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._stored = Stored(home)
        self._rules = rules
        self._clock = clock
        self._now = now
        self._mark = self._stored.mark
        self._use()
        self._looked_at = clock()
        self._complained_at = float("-inf")
        self._complain()

    def current(self) -> Pricer:
        """Return the Pricer to use now."""
        if self._clock() - self._looked_at >= LOOK_SECONDS:
            self._look()
        return self._pricer

    def knows(self, provider: str, model: str | None) -> bool:
        """Tell whether any source has `model` of `provider`."""
        return self._pricer.knows(provider, model)

    def age_seconds(self) -> float:
        """Return how old the catalogue is; NaN where it does not tell."""
        dated = self._edition.dated
        return age_seconds(dated, self._now()) if dated else float("nan")

    def _look(self) -> None:
        self._looked_at = self._clock()
        mark = self._stored.mark
        if mark != self._mark:
            self._mark = mark
            self._use()
            logger.info("calls are priced by %s from now on", self._edition.version)
        self._complain()

    def _use(self) -> None:
        self._edition = self._stored.edition()
        self._pricer = pricer_of(self._edition, self._rules)

    def _complain(self) -> None:
        # Once a day is enough.
        if self._clock() - self._complained_at < _COMPLAIN_SECONDS:
            return
        if found := complaint(self._edition, self._now().date()):
            logger.warning("%s: %s", found, UPDATE)
            self._complained_at = self._clock()
