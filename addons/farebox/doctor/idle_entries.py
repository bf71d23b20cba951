"""Entries of the settings that can match nothing, and those that no call of the last weeks matched."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from ..config.budgets import ALL
from ..config.settings import Settings
from ..config.suggest import nearest
from ..errors import FareboxError
from ..store.budgets import names_since
from ..store.engine import Engine, opened
from ..store.revisions import revisions
from ..store.traffic import traffic
from .finding import Finding, ok, warning
from .idle_settings import entries, lint_of

_PATIENCE_SECONDS = 10.0
_DAYS = 28


def check(settings: Settings, now: datetime | None = None) -> Iterator[Finding]:
    """Yield the entries that match nothing; those that no call matched, if there is a ledger to read."""
    now = now or datetime.now(UTC)
    found = [*entries(settings, now), *_unseen(settings, now)]
    for message in found:
        text, _, fix = message.rpartition(": ")
        yield warning(text, fix)
    if not found and _number(settings):
        yield ok(f"settings: each of {_number(settings)} entries can match calls")


def _unseen(settings: Settings, now: datetime) -> Iterator[str]:
    if not _number(settings):
        return
    since = now - timedelta(days=_DAYS)
    try:
        with opened(settings.ledger, make_folder=False, patience=_PATIENCE_SECONDS) as engine:
            current, head = revisions(engine)
            if current is None or current != head:
                return
            yield from _unmatched_names(settings, engine, since)
            unused = lint_of(settings, now).unused(traffic(engine, since), since) if settings.prices else ()
            yield from (f"{problem}: check what it matches, or remove it" for problem in unused)
    except FareboxError:
        # The check of the ledger tells.
        return


def _unmatched_names(settings: Settings, engine: Engine, since: datetime) -> Iterator[str]:
    """Yield the ids in the settings that no call had; nothing if there were no calls."""
    ids = {
        "provider": [(f"providers[{number}]", line.name) for number, line in enumerate(settings.providers)],
        "key": [(f"keys[{number}]", line.fingerprint) for number, line in enumerate(settings.keys)],
        "user": [(f"users[{number}]", line.id) for number, line in enumerate(settings.users)],
        "team": [(f"teams[{number}]", line.id) for number, line in enumerate(settings.teams)],
        "purpose": [(f"purposes[{number}]", rule.purpose) for number, rule in enumerate(settings.purposes)],
    }
    names = names_since(engine, [ALL, *(scope for scope, given in ids.items() if given)], since)
    if not names[ALL]:
        return
    for scope, given in ids.items():
        for key, name in given:
            if name not in names.get(scope, ()):
                right = nearest(name, filter(None, names[scope]))
                fix = (
                    f"did you mean {right}?" if right else f"`farebox report --by {scope}` lists those that calls have"
                )
                yield f"{key}: no call of the last {_DAYS} days has the {scope} {name}: {fix}"


def _number(settings: Settings) -> int:
    lists = (settings.prices, settings.providers, settings.keys, settings.users, settings.teams, settings.purposes)
    return sum(len(one) for one in lists)
