"""The secret of a data folder, made at its first use: what is hashed with it means nothing elsewhere."""

import os
import secrets
from pathlib import Path

from ..errors import FareboxError

LENGTH = 32


def hmac_key(folder: Path) -> bytes:
    """Return the secret of `folder`; where several processes make it at once, all get the same."""
    path = folder / "salt"
    try:
        if not path.exists():
            _make(path)
        made = path.read_bytes()
    except OSError as error:
        raise FareboxError(f"{path} cannot be read or made ({error.strerror}): see to the data folder") from error
    if len(made) != LENGTH:
        raise FareboxError(f"{path} is damaged: delete it, and a new one is made; hashes made before match none after")
    return made


def _make(path: Path) -> None:
    draft = path.with_name(f"salt.{os.getpid()}")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        os.write(handle, secrets.token_bytes(LENGTH))
        os.fsync(handle)
        # A link fails where another process was first; a rename would replace what that one uses by now.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        os.close(handle)
        draft.unlink()
