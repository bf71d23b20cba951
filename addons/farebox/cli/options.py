"""Options that several commands have."""

import enum
from pathlib import Path
from typing import Annotated

import typer

Ledger = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="The ledger: a file, sqlite:///PATH, postgresql://... or clickhouse://...; default: that of the sidecar "
        "that runs with the data folder, else ledger.db there.",
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Settings file; default: your own farebox.yaml, and that of the current folder."),
]
Host = Annotated[str | None, typer.Option(metavar="ADDRESS", help="The address to listen on; default: 127.0.0.1.")]
Port = Annotated[int | None, typer.Option(metavar="N", help="The proxy's port; default: 8080.")]
MetricsPort = Annotated[int | None, typer.Option(metavar="N", help="The port of /metrics and /healthz; default: 9464.")]
Workers = Annotated[
    str | None, typer.Option(metavar="N", help="Worker processes that share the port, or `auto`; default: 1.")
]
Mode = Annotated[
    list[str] | None,
    typer.Option(
        metavar="SPEC",
        help="Another listener in one of mitmproxy's modes, such as reverse:https://api.deepseek.com@8101; repeatable.",
    ),
]
Script = Annotated[list[Path] | None, typer.Option(metavar="FILE", help="Also load this mitmproxy add-on; repeatable.")]
Set = Annotated[
    list[str] | None, typer.Option("--set", metavar="OPTION=VALUE", help="Set a mitmproxy option; repeatable.")
]
Since = Annotated[
    str, typer.Option(metavar="WHEN", help="Only calls from this time on, in the forms of `farebox report`.")
]
Until = Annotated[
    str | None,
    typer.Option(
        metavar="WHEN",
        help="Only calls before this time, which must be later than --since; same forms. Default: now, or the end of "
        "the day, month or year in --since.",
    ),
]
Where = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=VALUE",
        help="Only calls with this value of a name that --by takes, ignoring case: provider=openai, model='gpt-4*', "
        "status=429; 'user=' selects calls whose user is unknown. Repeatable: several values of one name are "
        "alternatives.",
    ),
]


class TableOrJson(enum.StrEnum):
    """The output formats of commands that print a table or everything."""

    TABLE = "table"
    JSON = "json"
