"""How long the recorder's loop waits between two batches: a transaction costs as much as forty rows."""

from .ledger_outage import SHORTEST_PAUSE

LONGEST_PAUSE = 1.0


class Pace:
    """The pause between two batches, in seconds: up to LONGEST_PAUSE while many calls come, else SHORTEST_PAUSE.

    A client that waits for the row of one call before it makes the next doesn't make the pause grow.
    """

    def __init__(self, full: int) -> None:
        """`full` is the number of messages of a batch that may have left some behind."""
        self._full = full
        self._pause = SHORTEST_PAUSE

    def after(self, messages: int) -> float:
        """Return the pause after a batch of as many messages; none after a full one, or one that only moved on."""
        if not messages or messages >= self._full:
            return 0.0
        factor = 2 if messages > 1 else 0.5
        self._pause = min(max(self._pause * factor, SHORTEST_PAUSE), LONGEST_PAUSE)
        return self._pause
