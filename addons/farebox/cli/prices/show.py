"""`farebox prices show`."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Annotated

import typer
from msgspec.structs import replace

from ...config import settings as settings_module
from ...config.settings import Settings
from ...errors import FareboxError
from ...pricing.age import UPDATE, age_warning
from ...pricing.consumption import Consumption
from ...pricing.pricer import Pricer
from ...pricing.quote import STANDARD_CALL, STANDARD_MS, Quote, quotes
from ...pricing.standard import standard
from ...pricing.stored import Stored
from ...providers.table import UNKNOWN, provider_of
from ...report.missing import rule_for
from ...report.period import moment
from ...report.quotes import as_json, quote_sheets
from ..console import console
from ..options import Config, TableOrJson

Provider = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Only this provider, named as in the ledger; default: every provider."),
]
Host = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="The host of the call, if prices depend on it; it also determines the provider."),
]
At = Annotated[
    str | None,
    typer.Option(metavar="WHEN", help="Prices at this time, such as 2026-11-01 or 2026-11-01T18:30; default: now."),
]
Tier = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="The service tier, such as flex or priority, or batch for the batch API."),
]


def show(
    *,
    model: Annotated[
        str,
        typer.Argument(metavar="MODEL", help="The model's name, PROVIDER/MODEL, or the name of an Azure deployment."),
    ],
    provider: Provider = None,
    host: Host = None,
    at: At = None,
    tier: Tier = None,
    format: Annotated[TableOrJson, typer.Option(help="table, or json with exact amounts.")] = TableOrJson.TABLE,
    config: Config = None,
) -> None:
    """Print what a model costs, from which source, and the cost of a standard call.

    - `farebox prices show gpt-5.4`
    - `farebox prices show gpt-5.4 --provider azure --tier flex --at 2026-11-01`
    """
    settings = settings_module.load(config=config)
    call = _standard_call(model, tier, host or "", _time(at, settings))
    pricer = standard(settings.prices, settings.folder, settings.currency)
    found = quotes(pricer, _providers(settings, provider, host), call)
    if not provider and not host:
        found = _of_seller(model, call, pricer, settings) + found
    if not found:
        raise FareboxError(_no_price(model, provider, host, settings))
    if format is TableOrJson.JSON:
        sys.stdout.buffer.write(as_json(found))
    else:
        console().print(quote_sheets(found))
        _warn_of_age(settings)


def _of_seller(model: str, call: Consumption, pricer: Pricer, settings: Settings) -> list[Quote]:
    """Return the prices of PROVIDER/MODEL, as in `what-if` and `alias_of`.

    At OpenRouter the whole text is also the name of a model.
    """
    seller, _, name = model.partition("/")
    return quotes(pricer, [seller], replace(call, models=(name,))) if name and seller in settings.billers else []


def _warn_of_age(settings: Settings) -> None:
    if old := age_warning(Stored(settings.folder).edition(), datetime.now(UTC).date()):
        typer.echo(f"{old}: {UPDATE}", err=True)


def _time(at: str | None, settings: Settings) -> datetime:
    now = datetime.now(UTC)
    return moment(at, "at", now=now, zone=settings.zone) if at else now


def _standard_call(model: str, tier: str | None, host: str, at: datetime) -> Consumption:
    is_batch = (tier or "").lower() == "batch"
    context = {"processing": "batch"} if is_batch else {}
    tier = None if is_batch else tier
    return Consumption("", (model,), STANDARD_CALL, at, host, tier=tier, context=context, duration_ms=STANDARD_MS)


def _providers(settings: Settings, provider: str | None, host: str | None) -> Sequence[str]:
    if provider:
        return [_known(provider.lower(), settings.billers)]
    if host:
        named = provider_of(host, None, settings.table)
        return [named.name if named else UNKNOWN]
    return settings.billers


def _known(name: str, names: Sequence[str]) -> str:
    if name not in names:
        close = get_close_matches(name, names, 1)
        hint = f"did you mean {close[0]}?" if close else f"use one of {', '.join(sorted(names))}"
        raise FareboxError(f"provider: unknown provider {name!r}: {hint}")
    return name


def _no_price(model: str, provider: str | None, host: str | None, settings: Settings) -> str:
    where = f" of {provider}" if provider else f" at {host}" if host else ""
    lines = rule_for(provider or ("" if host else "..."), model, host=host or "")
    by_host = not host and any(rule.match.host for rule in settings.prices)
    hint = " Add --host NAME to use your rules for a host." if by_host else ""
    return f"no source has a price for {model!r}{where}.{hint} Set your own in `prices` of farebox.yaml:\n{lines}"
