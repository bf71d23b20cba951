"""Which catalogue is used where they differ: verdicts.yaml, a table with reasons."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import Any

import yaml

_FILE = "verdicts.yaml"
# The one in C takes a tenth of the time; not every PyYAML has it.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, eq=False)
class Verdict:
    """`use` is the source for models ("provider/name", by farebox's provider names) that fit a pattern of `models`."""

    use: str
    models: Sequence[str]
    why: str

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(translate(model.lower()) for model in self.models))

    def holds(self, model: str) -> bool:
        return self._pattern.match(model.lower()) is not None


@cache
def verdicts() -> Sequence[Verdict]:
    """Return the verdicts; the first one that holds for a model applies."""
    text = files(__package__).joinpath(_FILE).read_text(encoding="utf-8")
    table: list[dict[str, Any]] = yaml.load(text, _LOADER)  # noqa: S506 - either is a safe loader
    return [Verdict(**one) for one in table]


@lru_cache(4096)
def decided(model: str) -> str | None:
    """Return the source that the verdict on `model` names."""
    found = verdict(model)
    return found.use if found else None


def verdict(model: str) -> Verdict | None:
    """Return the verdict on `model`, "provider/name"."""
    return next((one for one in verdicts() if one.holds(model)), None)
