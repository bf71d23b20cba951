"""Why a destination has not taken a message."""

from ..errors import FareboxError


class DeliveryError(FareboxError):
    """The destination has not taken the message, for a reason that holds no part of its URL and no secret.

    If it asks for it, nobody tries again within the next `retry_after` seconds.
    """

    def __init__(self, problem: str, retry_after: float = 0.0) -> None:
        super().__init__(problem)
        self.retry_after = retry_after
