"""The report as JSON and CSV, with exact amounts."""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import msgspec

from ..store.summary import Group, Scope, Sums
from .figures import exact_usd


def as_json(
    by: Sequence[str], scope: Scope, groups: Sequence[Group], total: Sums, *, lacking: str | None = None
) -> bytes:
    """Return one JSON object: `rows` with their dimensions and sums, and the `total`; null is unknown.

    `lacking` is a sentence on calls that are missing from the figures, if any.
    """
    body = {
        "since": scope.start,
        "until": scope.end,
        "by": list(by),
        "rows": [_named(by, group) for group in groups],
        "total": _amounts(total),
        "lacking": lacking,
    }
    return msgspec.json.format(msgspec.json.encode(body), indent=2) + b"\n"


def as_csv(by: Sequence[str], groups: Sequence[Group], total: Sums) -> str:
    """Return a header and a line for each group, without the total; an empty cell is unknown."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [*by, *_amounts(total)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        _named(by, group) | {"interpolated": "true" if group.sums.interpolated else "false"} for group in groups
    )
    return text.getvalue()


def _named(by: Sequence[str], group: Group) -> dict[str, Any]:
    return {**dict(zip(by, group.key, strict=True)), **_amounts(group.sums)}


def _amounts(sums: Sums) -> dict[str, Any]:
    return {**asdict(sums), "cost_usd": exact_usd(sums.cost_nanousd)}
