"""Where an export goes: standard output, or a file that is there once it is whole."""

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ..errors import SettingsError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def destination(path: Path | None) -> Iterator[BinaryIO]:
    """Open what is written to; a file takes its name at the end, and what was there before stays until then.

    SettingsError where the file cannot be written.
    """
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.flush()
        return
    # What is no plain file, as /dev/stdout or a named pipe, cannot be put in place later.
    part = path if path.exists() and not path.is_file() else path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        if part != path:
            part.replace(path)
    except OSError as error:
        mend = "free some space there, or name" if error.errno in _FULL else "name"
        raise SettingsError(f"output: {path} cannot be written ({error.strerror}): {mend} another file") from error
    finally:
        if part != path:
            part.unlink(missing_ok=True)
