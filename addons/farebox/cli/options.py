"""Options that several commands take."""

from pathlib import Path
from typing import Annotated

import typer

Ledger = Annotated[
    str | None,
    typer.Option(
        metavar="URL", help="Where calls are recorded: sqlite:///PATH, postgresql://...; default: in the data folder."
    ),
]
Config = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Settings; default: farebox.yaml in the current folder, if there.")
]
Host = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Where to listen; default: 127.0.0.1.")]
Port = Annotated[int | None, typer.Option(metavar="N", help="The proxy's port; default: 8080.")]
MetricsPort = Annotated[int | None, typer.Option(metavar="N", help="The port of /metrics and /healthz; default: 9464.")]
Workers = Annotated[int | None, typer.Option(metavar="N", help="Worker processes that share the port; default: 1.")]
Mode = Annotated[
    list[str] | None,
    typer.Option(
        metavar="SPEC",
        help="A further listener in one of mitmproxy's modes, as reverse:https://api.deepseek.com@8101; repeatable.",
    ),
]
Script = Annotated[
    list[Path] | None, typer.Option(metavar="FILE", help="A mitmproxy add-on to load as well; repeatable.")
]
Set = Annotated[list[str] | None, typer.Option("--set", metavar="OPTION=VALUE", help="A mitmproxy option; repeatable.")]
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
        help="Only calls with this value of one of the names of --by, in any case: provider=openai, "
        "model='gpt-4*', status=429; 'user=' are those whose user is not known. Repeatable: several values of one name "
        "are alternatives.",
    ),
]
