"""The prices in use: loaded again when others are put into the data folder, with a warning once they are old."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from ..config.currency import Currency
from ..config.price_rules import PriceRule
from ..pricing.pricer import Pricer

logger = logging.getLogger(__name__)

REFRESH_SECONDS = 60.0
_WARN_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class _Loaded:
    """One edition of the catalogue, its Pricer, and the mark of the downloads that it was loaded from."""

    edition: Any
    pricer: Pricer
    mark: tuple[int, int] | None


class Prices:
    """The Pricer of `rules` and the catalogues in the data folder `home`, at the user's rates of `currency`.

    They are loaded when a call, a scrape or the first refresh needs them: their import takes a good part of a start.
    `clock` counts seconds, `now` returns the time in UTC. One thread refreshes, others may ask.
    """

    def __init__(
        self,
        home: Path,
        rules: Sequence[PriceRule] = (),
        currency: Sequence[Currency] = (),
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._home = home
        self._rules = rules
        self._currency = currency
        self._clock = clock
        self._now = now
        self._loading = threading.Lock()
        self._loaded: _Loaded | None = None
        self._began = clock()
        self._warned_at = float("-inf")

    def current(self) -> Pricer:
        """Return the Pricer to use now."""
        return self._used().pricer

    def knows(self, provider: str, model: str | None) -> bool:
        """Return whether any source has `model` of `provider`."""
        return self.current().knows(provider, model)

    def age_seconds(self) -> float:
        """Return the age of the catalogue; NaN if it has no date."""
        dated = self._used().edition.dated
        return float(_part("age").age_seconds(dated, self._now())) if dated else float("nan")

    def refresh(self) -> None:
        """Use the prices in the data folder if they have changed, and warn if they are old."""
        if self._loaded is None and self._clock() < self._began + REFRESH_SECONDS:
            return
        used = self._used()
        if _part("stored").Stored(self._home).mark != used.mark:
            # If loading fails, it is tried again.
            self._loaded = used = self._load()
            logger.info("calls are priced by %s from now on", used.edition.version)
        self._warn_if_old(used)

    def _used(self) -> _Loaded:
        with self._loading:
            self._loaded = self._loaded or self._load()
            return self._loaded

    def _load(self) -> _Loaded:
        stored = _part("stored").Stored(self._home)
        # Before it is read: what changes meanwhile is loaded by the next refresh.
        mark, edition = stored.mark, stored.edition()
        return _Loaded(edition, _part("standard").pricer_of(edition, self._rules, self._currency), mark)

    def _warn_if_old(self, used: _Loaded) -> None:
        # Once a day is enough.
        if self._clock() - self._warned_at < _WARN_SECONDS:
            return
        age = _part("age")
        if found := age.age_warning(used.edition, self._now().date()):
            logger.warning("%s: %s", found, age.UPDATE)
            self._warned_at = self._clock()


def _part(name: str) -> Any:
    return import_module(f"..pricing.{name}", __package__)
