"""`farebox what-if`."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from ..analysis.what_if import Other
from ..analysis.what_if import what_if as compare
from ..errors import SettingsError
from ..pricing.pricer import Pricer
from ..pricing.standard import standard
from ..report.comparison import comparison_table, comparisons_json
from ..store.reprices import Selection
from ..store.summary import DIMENSIONS
from .console import console
from .ledger import opened_ledger
from .names import completing
from .options import Config, Ledger, Since, TableOrJson, Until, Where
from .progress import progress
from .reader_settings import settings_for_reading
from .scope_options import scope_of

Models = Annotated[
    list[str],
    typer.Option(metavar="MODEL", help="Price the calls on this model: MODEL or PROVIDER/MODEL; repeatable."),
]
Tier = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="The service tier of that model, such as flex, or batch for its batch API."),
]
By = Annotated[
    str,
    typer.Option(
        metavar="NAME[,NAME]", help=f"Group by these: {', '.join(DIMENSIONS)}.", autocompletion=completing(DIMENSIONS)
    ),
]


def what_if(
    *,
    model: Models,
    provider: Annotated[
        str | None, typer.Option(metavar="NAME", help="The provider of MODEL; not needed with PROVIDER/MODEL.")
    ] = None,
    tier: Tier = None,
    by: By = "provider,model",
    since: Since = "7d",
    until: Until = None,
    where: Where = None,
    format: Annotated[TableOrJson, typer.Option(help="table, or json with exact amounts.")] = TableOrJson.TABLE,
    ledger: Ledger = None,
    config: Config = None,
) -> None:
    """Price the recorded calls on another model with the same token counts: what would last week have cost?

    - `farebox what-if --model deepseek-chat --provider deepseek`
    - `farebox what-if --model deepseek/deepseek-chat --model mistral/mistral-medium-latest --since 30d`
    - `farebox what-if --model openai/gpt-5 --tier flex --where model='gpt-5*'`
    """
    settings = settings_for_reading({"ledger": ledger}, config)
    pricer = standard(settings.prices, settings.folder, settings.currency)
    wanted = Selection(scope_of(settings, since, until, where))
    others = [_other(name, provider, tier, pricer, settings.billers) for name in model]
    with opened_ledger(settings) as engine, progress("Calls priced on other models") as advance:
        comparisons = compare(engine, wanted, pricer, others, _names(by), advance=advance)
    if format is TableOrJson.JSON:
        sys.stdout.buffer.write(comparisons_json(comparisons))
        return
    if not any(comparison.by_key for comparison in comparisons):
        typer.echo(f"No calls with tokens since {since} in {settings.ledger_name}.")
        return
    out = console()
    for comparison in comparisons:
        out.print(comparison_table(comparison, out.width))


def _names(by: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in by.split(",")))
    for name in names:
        if name not in DIMENSIONS:
            raise SettingsError(f"by: unknown name {name!r}: use one of {', '.join(DIMENSIONS)}")
    return names


def _other(model: str, provider: str | None, tier: str | None, pricer: Pricer, names: Sequence[str]) -> Other:
    if provider is None:
        provider, _, model = model.partition("/")
        if not model:
            raise SettingsError(f"model: {provider!r} has no provider: write PROVIDER/{provider}, or add --provider")
    if provider not in names:
        raise SettingsError(f"provider: unknown provider {provider!r}: use one of {', '.join(sorted(names))}")
    if not pricer.knows(provider, model):
        raise SettingsError(
            f"model: no catalogue has {model!r} of {provider}: `farebox prices show {model}` lists its providers, or "
            "set your own price in farebox.yaml"
        )
    return Other(provider, model, tier)
