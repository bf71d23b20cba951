"""The limit of open files: each connection through the proxy needs two."""

import resource
from collections.abc import Iterator

from .finding import Finding, ok, warning

ENOUGH = 4096


def check(limit: int | None = None) -> Iterator[Finding]:
    """Yield whether the limit up to which farebox raises its open files is enough; by default, this user's."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1] if limit is None else limit
    if hard != resource.RLIM_INFINITY and hard < ENOUGH:
        yield warning(
            f"a worker may have {hard} open files, enough for {hard // 2} connections at a time",
            f"raise the hard limit to {ENOUGH} or more: LimitNOFILE= of systemd, limits.conf, or ulimit -Hn",
        )
    else:
        number = "any number of" if hard == resource.RLIM_INFINITY else str(hard)
        yield ok(f"a worker may have {number} open files")
