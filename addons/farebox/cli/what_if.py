"""`farebox what-if`."""

import enum
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from ..analysis.what_if import Other
from ..analysis.what_if import what_if as priced_elsewhere
from ..config import settings as settings_module
from ..errors import SettingsError
from ..pricing.pricer import Pricer
from ..pricing.standard import standard
from ..report.comparison import comparison_table, comparisons_json
from ..store.reprices import CaptureOptions
from ..store.summary import DIMENSIONS
from .console import console
from .ledger import opened_ledger
from .options import Config, Ledger, Until, Where
from .scope import scope_of


class Format(enum.StrEnum):
    """What `what-if` can print."""

    TABLE = "table"
    JSON = "json"


Tier = Annotated[str | None, typer.Option(metavar="NAME", help="Its service tier, as flex; batch: in batches.")]
By = Annotated[str, typer.Option(metavar="NAME[,NAME]", help=f"What to compare by: {', '.join(DIMENSIONS)}.")]


def what_if(
    *,
    model: Annotated[
        list[str], typer.Option(metavar="MODEL", help="The model instead, or PROVIDER/MODEL; repeatable.")
    ],
    provider: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who would bill; not needed where PROVIDER/ stands before MODEL.")
    ] = None,
    tier: Tier = None,
    by: By = "provider,model",
    since: Annotated[str, typer.Option(metavar="WHEN", help="From when on, as in `farebox report`.")] = "7d",
    until: Until = None,
    where: Where = None,
    format: Annotated[Format, typer.Option(help="table to read; json with exact amounts.")] = Format.TABLE,
    ledger: Ledger = None,
    config: Config = None,
) -> None:
    """Price the recorded calls on another model, at the same token counts: what would last week have cost there?

    - `farebox what-if --model deepseek-chat --provider deepseek`
    - `farebox what-if --model deepseek/deepseek-chat --model mistral/mistral-medium-latest --since 30d`
    - `farebox what-if --model openai/gpt-5 --tier flex --where model='gpt-5*'`
    """
    settings = settings_module.load({"ledger": ledger}, config=config)
    pricer = standard(settings.prices, settings.folder)
    wanted = CaptureOptions(scope_of(settings, since, until, where))
    names = settings.billers
    others = [_other(one, provider, tier, pricer, names) for one in model]
    with opened_ledger(settings) as engine:
        comparisons = priced_elsewhere(engine, wanted, pricer, others, _names(by))
    if format is Format.JSON:
        sys.stdout.buffer.write(comparisons_json(comparisons))
        return
    if not any(one.by_key for one in comparisons):
        typer.echo(f"No calls with tokens since {since} in {settings.ledger_name}.")
        return
    for one in comparisons:
        console().print(comparison_table(one))


def _names(by: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in by.split(",")))
    for name in names:
        if name not in DIMENSIONS:
            raise SettingsError(f"by: there is no {name!r} to compare by: name one of {', '.join(DIMENSIONS)}")
    return names


def _other(model: str, provider: str | None, tier: str | None, pricer: Pricer, names: Sequence[str]) -> Other:
    if provider is None:
        provider, _, model = model.partition("/")
        if not model:
            raise SettingsError(f"model: who bills for {provider!r}? Write PROVIDER/{provider}, or add --provider")
    if provider not in names:
        raise SettingsError(f"provider: there is no {provider!r}; it is one of {', '.join(sorted(names))}")
    if not pricer.knows(provider, model):
        raise SettingsError(
            f"model: no catalogue knows {model!r} of {provider}: `farebox prices show {model}` lists who has it, or "
            "give it a price of your own in farebox.yaml"
        )
    return Other(provider, model, tier)
