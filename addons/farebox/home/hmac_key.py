"""The HMAC key of a data folder, made at its first use: what is hashed with it means nothing elsewhere."""

import secrets
from pathlib import Path

from ..errors import FareboxError
from . import atomic

FILE = "salt"
LENGTH = 32


def hmac_key(folder: Path) -> bytes:
    """Return the key of `folder`; if several processes make it at once, all get the same."""
    path = folder / FILE
    try:
        if not path.exists():
            atomic.create(path, secrets.token_bytes(LENGTH), mode=0o600)
        key = path.read_bytes()
    except OSError as error:
        raise FareboxError(
            f"{path} cannot be read or written ({error.strerror}): make the data folder writable, or set FAREBOX_HOME"
        ) from error
    if len(key) != LENGTH:
        raise FareboxError(
            f"{path} is damaged: delete it to have a new one made; hashes made before and after won't match"
        )
    return key
