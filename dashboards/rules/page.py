"""The tables of docs/alerts.md."""

from collections.abc import Iterator
from itertools import groupby

from .rule import PREFIX, Alert, Group


def alerts(group: Group) -> Iterator[str]:
    """Yield the lines of the table of a group's alerts."""
    yield "| alert | severity | meaning |"
    yield "|---|---|---|"
    for rule in group.rules:
        if isinstance(rule, Alert):
            link = f"[`{rule.full_name}`](runbook/{rule.full_name}.md)"
            yield f"| {link} | {rule.severity} | {rule.summary.removesuffix('.')} |"


def inhibitions(rules: tuple[Alert, ...]) -> Iterator[str]:
    """Yield the lines of the table of what mutes what."""
    pairs = sorted(
        (PREFIX + one.by, " and ".join(f"`{label}`" for label in one.equal), rule.full_name)
        for rule in rules
        for one in rule.inhibited
    )
    yield "| alert | mutes | with the same |"
    yield "|---|---|---|"
    for (by, equal), muted in groupby(pairs, key=lambda pair: pair[:2]):
        yield f"| `{by}` | {', '.join(f'`{name}`' for _, _, name in muted)} | {equal} |"
