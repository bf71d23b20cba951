"""Series that exist before their first call: those that the ledger has seen lately start at 0."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from ..errors import LedgerAwayError
from ..sinks.metrics import MetricsSink
from ..spool.reader import SpoolReader
from ..store.engine import Engine
from ..store.label_sets import label_sets

logger = logging.getLogger(__name__)

LATELY = timedelta(days=30)


class SeriesFirst:
    """Opens the spool by `open_spool`, and makes the series of `metrics` before a call is read from it."""

    def __init__(self, open_spool: Callable[[], SpoolReader], metrics: MetricsSink, engine: Engine) -> None:
        self._open_spool = open_spool
        self._metrics = metrics
        self._engine = engine
        # Whether the ledger has its tables.
        self.is_done = False

    def __call__(self) -> SpoolReader:
        """Return the spool. LedgerAwayError: try again."""
        spool = self._open_spool()
        try:
            self._metrics.expect(label_sets(self._engine, datetime.now(UTC) - LATELY))
        except LedgerAwayError:
            raise
        except Exception as error:  # noqa: BLE001 - metrics must not keep the ledger from recording
            logger.error("series of earlier calls don't start at 0 (%s)", type(error).__name__)
        self.is_done = True
        return spool
