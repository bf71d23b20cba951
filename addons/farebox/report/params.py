"""Request parameters by host and model, and dropParams lines to paste, each beside its evidence."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..analysis.params import DropParams, ParamUse
from .figures import plural
from .table import UNKNOWN_KEY


def params_table(uses: Sequence[ParamUse]) -> RenderableType:
    """Return a row per host, model and parameter."""
    table = Table(header_style="dim", box=None, pad_edge=False)
    for name in ("host", "model", "parameter"):
        table.add_column(name, overflow="fold")
    for name in ("sent", "succeeded", "refused"):
        table.add_column(name, justify="right")
    is_documented = any(map(_documented, uses))
    if is_documented:
        table.add_column("documented", overflow="fold")
    for one in uses:
        counts = map(str, (one.sent, one.answered, one.refused))
        documented = (_documented(one),) if is_documented else ()
        table.add_row(*map(Text, (one.host, one.model or UNKNOWN_KEY, one.param, *counts, *documented)))
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
