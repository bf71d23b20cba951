"""The recorder's periodic jobs, and where each runs."""

from .batch_writer import BatchWriter, Destinations
from .estimator_store import KEEP_SECONDS, EstimatorStore
from .jobs import Job, Task
from .prices import REFRESH_SECONDS, Prices

# Each run deletes a few hundred rows; `store.maintenance` decides when there is nothing left for an hour.
PURGE_SECONDS = 0.1
JOIN_SECONDS = 60.0
ADOPT_SECONDS = 10.0
RETRY_SECONDS = 1.0


def loop_jobs(to: Destinations, writer: BatchWriter, estimators: EstimatorStore) -> list[Job]:
    """Return the jobs that run between batches: they share state with the loop, or need a ledger that it has opened."""
    return [
        Task("pending_polls", JOIN_SECONDS, writer.join_pending),
        Task("results", ADOPT_SECONDS, writer.adopt_results),
        Task("purge", PURGE_SECONDS, to.database.purge),
        Task("estimates", KEEP_SECONDS, estimators.keep),
    ]


def background_jobs(to: Destinations, prices: Prices) -> list[Job]:
    """Return the jobs that go on while a batch waits for the ledger."""
    return [
        Task("prices", REFRESH_SECONDS, prices.refresh),
        Task("dead_letters", RETRY_SECONDS, to.dead_letters.try_again),
    ]
