"""Which request parameters each model was sent, and which it refused or is documented to ignore."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from ..records.times import in_utc

# A request is not possible without these, whatever an error says of them.
_REQUIRED = frozenset(
    "model models messages message input inputs prompt contents content system query texts documents file".split()
)
_REFUSED = (400, 422)


class Documented(NamedTuple):
    """A provider's word that it ignores a parameter."""

    source: str
    read: date
    when: str | None


@dataclass(slots=True)
class ParamUse:
    """One parameter of one model at one host. `refused` counts the answers with 400 or 422 that named it.

    `answered` counts calls with it that succeeded; `last_refused` is the last such answer.
    """

    host: str
    model: str | None
    param: str
    sent: int = 0
    answered: int = 0
    refused: int = 0
    last_refused: datetime | None = None
    ignored: Documented | None = None

    @property
    def is_to_drop(self) -> bool:
        """Whether the answers show that this model never takes it: it was named, and no call with it succeeded."""
        return bool(self.refused) and not self.answered and self.param not in _REQUIRED


@dataclass(frozen=True, slots=True)
class DropParams:
    """The parameters to drop at a host, with the evidence of each; `accepted_by` names models that do take one."""

    host: str
    uses: list[ParamUse] = field(default_factory=list)
    accepted_by: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def params(self) -> list[str]:
        return list(dict.fromkeys(use.param for use in self.uses))


def param_uses(calls: Iterable[Mapping[str, Any]]) -> list[ParamUse]:
    """Return every parameter that `calls` sent or that their answers named, by host, model and name."""
    found: dict[tuple[str, str | None, str], ParamUse] = {}

    def use(call: Mapping[str, Any], param: str) -> ParamUse:
        key = (call["host"], call["model_requested"] or call["model_returned"], param)
        if key not in found:
            found[key] = ParamUse(*key, ignored=documented(call["provider"], call["dialect"], key[1], param))
        return found[key]

    for call in calls:
        for param in {_outer(name) for name in call["params"] or ()}:
            seen = use(call, param)
            seen.sent += 1
            seen.answered += call["status"] is not None and call["status"] < 400
        if call["status"] in _REFUSED and call["error_param"]:
            named = use(call, _outer(call["error_param"]))
            named.refused += 1
            at = in_utc(call["started_at"])
            named.last_refused = max(named.last_refused or at, at)
    return sorted(found.values(), key=lambda one: (one.host, one.model or "", -one.refused, one.param))


def to_drop(uses: Iterable[ParamUse]) -> list[DropParams]:
    """Return what to drop at each host; LibreChat's dropParams holds for all models of an endpoint."""
    by_host: dict[str, list[ParamUse]] = defaultdict(list)
    for one in uses:
        by_host[one.host].append(one)
    found = []
    for host, all_uses in by_host.items():
        dropped = [one for one in all_uses if one.is_to_drop]
        accepted = {
            param: [other.model or "" for other in all_uses if other.param == param and other.answered]
            for param in {one.param for one in dropped}
        }
        if dropped:
            found.append(DropParams(host, dropped, {param: models for param, models in accepted.items() if models}))
    return found


def documented(provider: str, dialect: str | None, model: str | None, param: str) -> Documented | None:
    """Return the provider's word that `model` ignores `param`; None if it doesn't say so."""
    for line in _lines():
        patterns = line.get("models", ["*"])
        if (
            (provider, dialect) == (line["provider"], line["dialect"])
            and param in line["params"]
            and any(fnmatchcase(model or "", pattern) for pattern in patterns)
        ):
            return Documented(line["source"], line["read"], line.get("when"))
    return None


@cache
def _lines() -> list[dict[str, Any]]:
    text = Path(__file__).with_name("ignored_params.yaml").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = yaml.safe_load(text)
    return found


def _outer(name: str) -> str:
    """Return the member of the request that a dotted name or a path belongs to."""
    return name.split(".", 1)[0].split("[", 1)[0].split("/", 1)[0]
