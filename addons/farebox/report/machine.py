"""The report as JSON and CSV, with exact amounts."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import msgspec

from ..attribution.names import NAMED, NO_NAMES, Names
from ..config.currency import USD
from ..records.clean import spreadsheet_row
from ..store.summary import Group, Scope, Sums
from ..store.sums import Converted
from .figures import exact_usd


def as_json(
    by: Sequence[str],
    scope: Scope,
    groups: Sequence[Group],
    total: Sums,
    *,
    names: Names = NO_NAMES,
    lacking: str | None = None,
    plans: Sequence[Mapping[str, Any]] = (),
) -> bytes:
    """Return one JSON object: `rows` with their dimensions and sums, and the `total`; null is unknown.

    Keys, users and teams have their name beside their id, as `key_name`, `user_name` and `team_name`.
    `plans` are what each plan has paid for. `lacking` is a sentence on calls that are missing from the figures, if any.
    """
    body = {
        "since": scope.start,
        "until": scope.end,
        "by": list(by),
        "currency": total.converted.code if total.converted else USD,
        "rows": [_named(by, group, names) for group in groups],
        "total": _amounts(total),
        "plans": plans,
        "lacking": lacking,
    }
    return msgspec.json.format(msgspec.json.encode(body), indent=2) + b"\n"


def as_csv(by: Sequence[str], groups: Sequence[Group], total: Sums, *, names: Names = NO_NAMES) -> str:
    """Return a header and a line for each group, without the total; an empty cell is unknown."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [*_columns(by), *_amounts(total)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        spreadsheet_row(_named(by, group, names)) | {"interpolated": "true" if group.sums.interpolated else "false"}
        for group in groups
    )
    return text.getvalue()


def _columns(by: Sequence[str]) -> list[str]:
    return [column for kind in by for column in ((kind, f"{kind}_name") if kind in NAMED else (kind,))]


def _named(by: Sequence[str], group: Group, names: Names) -> dict[str, Any]:
    ids = dict(zip(by, group.key, strict=True))
    found = {f"{kind}_name": names.name(kind, id_) for kind, id_ in ids.items() if kind in NAMED}
    return {column: (ids | found)[column] for column in _columns(by)} | _amounts(group.sums)


def _amounts(sums: Sums) -> dict[str, Any]:
    speed = sums.tokens_per_second
    figures = {"tokens_per_second": None if speed is None else round(speed, 3), "error_share": sums.error_share}
    own = {name: value for name, value in asdict(sums).items() if name != "converted"}
    return {**own, **figures, "cost_usd": exact_usd(sums.cost_nanousd), **_converted(sums.converted)}


def _converted(one: Converted | None) -> dict[str, Any]:
    """Return the cost in another currency, exact to its billionth, and what of it has no rate."""
    if one is None:
        return {}
    code = one.code.lower()
    return {
        f"cost_nano{code}": one.nano,
        f"cost_{code}": exact_usd(one.nano),
        "unconverted_nanousd": one.missing_nanousd,
    }
