"""`farebox prices diff`."""

from datetime import UTC, datetime
from fnmatch import fnmatch
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from ...config import settings as settings_module
from ...errors import SettingsError
from ...pricing.book import Book
from ...pricing.comparison import Comparer, Comparison, models
from ...pricing.fallback import LiteLLM
from ...pricing.standard import pricer_of
from ...pricing.stored import Stored
from ...providers.table import BY_NAME
from ...report.figures import plural, usd
from ..console import console
from ..options import Config

Provider = Annotated[str | None, typer.Option(metavar="NAME", help="Only this provider, named as in the ledger.")]
Model = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Only these models, such as 'claude-*', also where the catalogues agree."),
]


def diff(*, provider: Provider = None, model: Model = None, config: Config = None) -> None:
    """Compare the price catalogues: where they differ by more than 1 % on a call, which one is used, and why.

    One sample call has 10,000 tokens in, 4,000 of them cached, and 1,000 out; another has 300,000 in and 1,000 out.
    Models that are not chat models have their own sample calls.

    - `farebox prices diff --provider openai`
    - `farebox prices diff --model 'claude-*'`
    """
    if provider is not None and provider not in BY_NAME:
        raise SettingsError(f"provider: unknown provider {provider!r}: use one of {', '.join(sorted(BY_NAME))}")
    settings, now = settings_module.load({}, config=config), datetime.now(UTC)
    edition = Stored(settings.folder).edition()
    book, litellm = Book(edition), LiteLLM()
    comparer = Comparer([book, litellm], pricer_of(edition, settings.prices))
    found = [
        compared
        for seller in ([provider] if provider else BY_NAME)
        for name, mode in sorted(models(seller, book, litellm))
        if model is None or fnmatch(name.lower(), model.lower())
        for compared in comparer.compare(seller, name, mode, now)
    ]
    shown = [one for one in found if model or not one.is_agreed]
    out = console()
    if shown:
        reasons = list(dict.fromkeys(one.verdict.why for one in shown if one.verdict))
        out.print(_table(shown, reasons))
        for number, why in enumerate(reasons, 1):
            out.print(f"[{number}] {why}", markup=False)
    agreed = sum(one.is_agreed for one in found)
    out.print(f"{plural(len(found), 'call')} that both catalogues price: they agree on {agreed}.")


def _table(found: list[Comparison], reasons: list[str]) -> Table:
    """Return a row for each call; its numbers refer to `reasons`."""
    sources = sorted({source for one in found for source in one.nanousd})
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("model", overflow="fold")
    table.add_column("call", overflow="fold")
    for source in sources:
        table.add_column(source, justify="right", no_wrap=True)
    table.add_column("used", no_wrap=True)
    for one in found:
        number = f" [{reasons.index(one.verdict.why) + 1}]" if one.verdict else ""
        prices = (usd(one.nanousd[source]) if source in one.nanousd else "" for source in sources)
        table.add_row(one.model, one.sample, *prices, Text(f"{one.used.source}{number}"))
    return table
