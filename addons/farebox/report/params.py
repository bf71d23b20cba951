"""Request parameters by host and model, and dropParams lines to paste, each beside its evidence."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..analysis.params import DropParams, ParamUse
from .figures import plural
from .table import UNKNOWN_KEY

_COUNTS = ("sent", "succeeded", "refused")
_COLUMNS = ("host", "model", "parameter", *_COUNTS, "documented")
_GAP = 2
_SHORTEST_MODEL = 12


def params_table(uses: Sequence[ParamUse], *, width: int = 160) -> RenderableType:
    """Return a row per host, model and parameter.

    What does not fit into `width` characters has lines of its own: what is documented those below, then hosts above.
    """
    rows = [_cells(one) for one in uses]
    sizes = {name: max(len(name), *(len(row[name]) for row in rows)) for name in _COLUMNS}
    if not any(row["documented"] for row in rows):
        del sizes["documented"]
    for name in ("documented", "host"):
        if sum(size + _GAP for size in sizes.values()) - _GAP > width:
            sizes.pop(name, None)
    sizes["model"] = min(sizes["model"], max(_SHORTEST_MODEL, width - _GAP - _without_model(sizes)))
    lines: list[RenderableType] = []
    for host, own in [("", rows)] if "host" in sizes else groupby(rows, itemgetter("host")):
        lines += [*([Text(f"\n{host}" if lines else host)] if host else ()), _table(own, sizes)]
    if "documented" not in sizes:
        notes = (f"{row['model']}, {row['parameter']}: {row['documented']}" for row in rows if row["documented"])
        lines += [Text(f"\n{note}") for note in dict.fromkeys(notes)]
    return Group(*lines)


def _without_model(sizes: Mapping[str, int]) -> int:
    return sum(size + _GAP for name, size in sizes.items() if name != "model") - _GAP


def _cells(one: ParamUse) -> dict[str, str]:
    texts = (one.host, one.model or UNKNOWN_KEY, one.param, str(one.sent), str(one.answered), str(one.refused))
    return dict(zip(_COLUMNS, (*texts, _documented(one)), strict=True))


def _table(rows: Iterable[Mapping[str, str]], sizes: Mapping[str, int]) -> Table:
    table = Table(header_style="dim", box=None, pad_edge=False)
    for name, size in sizes.items():
        table.add_column(name, justify="right" if name in _COUNTS else "left", width=size, overflow="fold")
    for row in rows:
        table.add_row(*(Text(row[name]) for name in sizes))
    return table


def drop_lines(found: Sequence[DropParams]) -> Iterator[str]:
    """Yield lines of librechat.yaml, with the evidence of each parameter as a comment."""
    for one in found:
        yield f"# {one.host}"
        for use in one.uses:
            last = f"{use.last_refused:%Y-%m-%d}" if use.last_refused else ""
            yield (
                f"#   {use.param}: named in {plural(use.refused, 'answer')} with 400 or 422 of "
                f"{use.model or UNKNOWN_KEY}, last on {last}; sent {plural(use.sent, 'time')}, never with success"
            )
        for param, models in one.accepted_by.items():
            yield f"#   {param}: {', '.join(models)} at this host takes it: use an endpoint of its own"
        yield f"dropParams: [{', '.join(repr(param) for param in one.params)}]"


def params_json(uses: Sequence[ParamUse], drops: Sequence[DropParams]) -> bytes:
    """Return a JSON object with every parameter and what to drop at each host."""
    content = {
        "params": [_line(one) for one in uses],
        "drop_params": {one.host: one.params for one in drops},
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"


def _documented(one: ParamUse) -> str:
    if one.ignored is None:
        return ""
    when = f" {one.ignored.when}" if one.ignored.when else ""
    return f"ignored{when} ({one.ignored.source}, read {one.ignored.read})"


def _line(one: ParamUse) -> dict[str, Any]:
    return {
        "host": one.host,
        "model": one.model,
        "param": one.param,
        "sent": one.sent,
        "succeeded": one.answered,
        "refused": one.refused,
        "last_refused": one.last_refused,
        "ignored": one.ignored._asdict() if one.ignored else None,
        "drop": one.is_to_drop,
    }
