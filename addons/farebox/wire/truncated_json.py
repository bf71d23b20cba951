"""Read what can be read of a JSON document that is cut off."""

from typing import Any

import jiter

from ..errors import WireError


def partial_document(head: bytes) -> Any:
    """Return the value that the head of a JSON document has told so far; WireError where it is no JSON."""
    try:
        return jiter.from_json(head, partial_mode=True, catch_duplicate_keys=False)
    except ValueError as error:
        raise WireError("not the head of a JSON document") from error
