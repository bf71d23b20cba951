"""Fixtures: a recorder's surroundings, on SQLite and on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.support.ledgers import new_ledger
from tests.support.recorders import Environment, environment


@pytest.fixture
def env(tmp_path: Path) -> Iterator[Environment]:
    """A recorder's surroundings with a ledger in SQLite."""
    with new_ledger(tmp_path / "ledger.db") as engine, environment(tmp_path, engine) as env:
        yield env


@pytest.fixture
def env_on_each(engine: Engine, tmp_path: Path) -> Iterator[Environment]:
    """A recorder's surroundings, on each of the databases."""
    with environment(tmp_path, engine) as env:
        yield env
