"""Entries of farebox.yaml that can match nothing, or that nothing uses: each is right by itself."""

from collections.abc import Collection, Iterator, Sequence

from ..purpose.rule import PURPOSES, PurposeRule
from ..records.glob import fits
from .host_patterns import ProviderLine
from .settings import Settings
from .suggest import nearest

_TEXTS = ("system", "user", "begins")
_OWN_HOSTS = "`providers` gives your own hosts a name"
_OWN_PURPOSE = "add one to `purposes`"


def idle(settings: Settings) -> Iterator[str]:
    """Yield what can match nothing, each with its key first and the fix last; prices are checked in pricing/lint.py."""
    yield from _providers(settings.providers)
    yield from _budgets(settings)
    yield from _destinations(settings)
    yield from _identities(settings)
    yield from _purposes(settings.purposes)
    for number, field in enumerate(settings.cost_fields):
        if field.provider is not None and field.provider not in settings.billers:
            yield f"cost_fields[{number}].provider: {_no_provider(field.provider, settings.billers)}"


def _providers(lines: Sequence[ProviderLine]) -> Iterator[str]:
    taken: dict[str, str] = {}
    for number, line in enumerate(lines):
        for host in line.hosts:
            first = taken.setdefault(host.lower(), f"providers[{number}]")
            if first != f"providers[{number}]":
                yield f"providers[{number}].hosts: matches nothing: {host} is in {first}, which comes first: remove one"


def _budgets(settings: Settings) -> Iterator[str]:
    purposes = {*PURPOSES, *(rule.purpose for rule in settings.purposes)}
    fingerprints = {line.name: line.fingerprint for line in settings.keys}
    for number, budget in enumerate(settings.budgets):
        key = f"budgets[{number}].match"
        for pattern in budget.patterns:
            if budget.scope == "provider" and not any(fits(pattern, one) for one in settings.billers):
                yield f"{key}: {_no_provider(pattern, settings.billers)}"
            if budget.scope == "purpose" and not any(fits(pattern, one) for one in purposes):
                fix = _fix(pattern, purposes, _OWN_PURPOSE)
                yield f"{key}: matches nothing: no rule gives the purpose {pattern!r}: {fix}"
            if budget.scope == "key" and pattern in fingerprints:
                yield (
                    f"{key}: matches nothing: a key is matched by its fingerprint: write {fingerprints[pattern]} "
                    f"for {pattern}"
                )
        if budget.notify and not budget.alert_at:
            yield f"budgets[{number}].notify: sends nothing: alert_at is empty: write shares such as [0.8, 1]"


def _destinations(settings: Settings) -> Iterator[str]:
    used = {name for budget in settings.budgets for name in budget.notify} | set(settings.digest.notify)
    for number, one in enumerate(settings.destinations):
        if one.name not in used:
            yield (f"destinations[{number}].name: nothing is sent there: name it in `notify` of a budget or `digest`")


def _identities(settings: Settings) -> Iterator[str]:
    seen: dict[str, int] = {}
    for number, line in enumerate(settings.keys):
        first = seen.setdefault(line.fingerprint, number)
        if first != number:
            yield f"keys[{number}].fingerprint: matches nothing: keys[{first}] has it already: remove one of them"
    named = {user.team for user in settings.users} | {line.team for line in settings.keys}
    for number, team in enumerate(settings.teams):
        if not (team.users or team.keys or team.name or team.id in named):
            yield f"teams[{number}]: matches nothing: add users or keys, or name {team.id} as the team of a user"


def _purposes(rules: Sequence[PurposeRule]) -> Iterator[str]:
    for number, rule in enumerate(rules):
        above = next((n for n, other in enumerate(rules[:number]) if _covers(other, rule)), None)
        if above is not None:
            yield f"purposes[{number}]: matches nothing: purposes[{above}] comes first and takes all of its calls"


def _covers(wide: PurposeRule, narrow: PurposeRule) -> bool:
    """Tell whether `wide` matches every call that `narrow` matches."""
    others = ("operation", "stream", "messages", "tools", "schema")
    return (
        all(getattr(wide, name) in {None, getattr(narrow, name)} for name in others)
        and all(_begins(getattr(narrow, name), getattr(wide, name)) for name in _TEXTS)
        and (wide.ends is None or (narrow.ends or "").endswith(wide.ends))
        and (wide.headers or {}).items() <= (narrow.headers or {}).items()
    )


def _begins(narrow: str | None, wide: str | None) -> bool:
    return wide is None or (narrow or "").startswith(wide)


def _no_provider(name: str, known: Sequence[str]) -> str:
    return f"matches nothing: there is no provider {name!r}: {_fix(name, known, _OWN_HOSTS)}"


def _fix(name: str, known: Collection[str], otherwise: str) -> str:
    right = nearest(name.replace("*", ""), sorted(known))
    return f"did you mean {right}?" if right else otherwise
