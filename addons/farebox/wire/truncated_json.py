"""Read the beginning of a JSON document that is cut off."""

from typing import Any

import jiter

from ..errors import WireError

_OF_NUMBERS = b"0123456789+-.eE"


def partial_document(head: bytes) -> Any:
    """Return the value that the beginning of a JSON document states; WireError if it is not JSON.

    Strings and numbers that are cut off are missing, because 12 may be the beginning of 1200.
    """
    if not head.endswith((b"true", b"false")):
        head = head.rstrip(_OF_NUMBERS)
    try:
        return jiter.from_json(head, partial_mode=True, catch_duplicate_keys=False)
    except ValueError as error:
        raise WireError("not the head of a JSON document") from error
