"""Patterns of host names."""

from functools import lru_cache

# All patterns of the table of providers, at some hundred hosts.
_REMEMBERED = 1 << 15


@lru_cache(_REMEMBERED)
def host_matches(pattern: str, host: str, port: int | None = None) -> bool:
    """Return whether `pattern` matches `host` by labels: `*` is a label or part of one, a leading `*.` any number.

    `name:port` matches only that port. Prefixes never match: api.openai.com.evil.example is not api.openai.com.
    """
    name, _, wanted_port = pattern.lower().partition(":")
    if wanted_port and wanted_port != str(port):
        return False
    labels, wanted = host.lower().rstrip(".").split("."), name.split(".")
    if wanted[0] == "*":
        wanted = wanted[1:]
        if len(labels) <= len(wanted):
            return False
        labels = labels[len(labels) - len(wanted) :]
    return len(labels) == len(wanted) and all(map(_label_matches, wanted, labels))


def _label_matches(wanted: str, label: str) -> bool:
    if "*" not in wanted:
        return wanted == label
    start, _, end = wanted.partition("*")
    return len(label) >= len(start) + len(end) and label.startswith(start) and label.endswith(end)
