"""The prices in use: loaded again when others are put into the data folder, with a warning once they are old."""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from ..config.price_rules import PriceRule
from ..pricing.age import UPDATE, age_seconds, age_warning
from ..pricing.pricer import Pricer
from ..pricing.standard import pricer_of
from ..pricing.stored import Stored

logger = logging.getLogger(__name__)

REFRESH_SECONDS = 60.0
_WARN_SECONDS = 86_400.0


class Prices:
    """The Pricer of `rules` and the catalogues in the data folder `home`.

    `clock` counts seconds, `now` returns the time in UTC. One thread refreshes, others may ask.
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
        self._load()
        self._warned_at = float("-inf")
        self._warn_if_old()

    def current(self) -> Pricer:
        """Return the Pricer to use now."""
        return self._pricer

    def knows(self, provider: str, model: str | None) -> bool:
        """Return whether any source has `model` of `provider`."""
        return self._pricer.knows(provider, model)

    def age_seconds(self) -> float:
        """Return the age of the catalogue; NaN if it has no date."""
        dated = self._edition.dated
        return age_seconds(dated, self._now()) if dated else float("nan")

    def refresh(self) -> None:
        """Use the prices in the data folder if they have changed, and warn if they are old."""
        mark = self._stored.mark
        if mark != self._mark:
            self._load()
            # Only now: if loading fails, it is tried again.
            self._mark = mark
            logger.info("calls are priced by %s from now on", self._edition.version)
        self._warn_if_old()

    def _load(self) -> None:
        self._edition = self._stored.edition()
        self._pricer = pricer_of(self._edition, self._rules)

    def _warn_if_old(self) -> None:
        # Once a day is enough.
        if self._clock() - self._warned_at < _WARN_SECONDS:
            return
        if found := age_warning(self._edition, self._now().date()):
            logger.warning("%s: %s", found, UPDATE)
            self._warned_at = self._clock()
