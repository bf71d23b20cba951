"""Playing one fault, or all of them."""

import importlib
import pkgutil
import random
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType

from tests.faults import ledgers, scenarios
from tests.faults.result import Result
from tests.faults.stage import Scale, Stage
from tests.load import answer
from tests.support.upstream import Upstream


def scenario(name: str) -> ModuleType:
    """Return the module of a fault."""
    return importlib.import_module(f"{scenarios.__name__}.{name}")


def every() -> list[str]:
    """Return the name of every fault."""
    return sorted(module.name for module in pkgutil.iter_modules(scenarios.__path__))


def variants(names: list[str], databases: list[str]) -> Iterator[tuple[str, str]]:
    """Yield each fault with each database that it is to be played with."""
    for name in names:
        for database in getattr(scenario(name), "LEDGERS", ledgers.DATABASES):
            if database in databases:
                yield name, database


def few(names: list[str]) -> Iterator[tuple[str, str]]:
    """Yield each fault with the first database that it has; a sidecar is killed with both."""
    for name in names:
        databases = [database for _, database in variants([name], [*ledgers.DATABASES])]
        yield from ((name, database) for database in (databases if name == "kill_sidecar" else databases[:1]))


def lacks(name: str) -> str | None:
    """Return what this machine lacks to play a fault, if anything."""
    ask = getattr(scenario(name), "lacks", None)
    return ask() if ask else None


def play(name: str, database: str, scale: Scale, folder: Path, seed: int) -> Result:
    """Play a fault in `folder`, which is empty."""
    with ExitStack() as running:
        home = folder / "disk" / "home"
        home.parent.mkdir()
        upstream = running.enter_context(Upstream(answer))
        ledger = running.enter_context(ledgers.ledger(database, home))
        # Sidecars and loads end before what they use.
        with ExitStack() as parts:
            stage = Stage(folder, home, upstream, ledger, scale, random.Random(seed), parts)
            result: Result = scenario(name).run(stage)
            return result
