"""The recorder's job for budgets: metrics, decisions and crossings come from the ledger, and nothing stops it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from farebox.budgets.crossings import Crossing
from farebox.budgets.decisions import FILE, Decisions
from farebox.budgets.figures import Figures
from farebox.config.budgets import Budget
from farebox.recorder.budgets import DECISIONS_SECONDS, FIGURES_SECONDS, BudgetJob
from farebox.store.budgets import BudgetReader
from sqlalchemy import Engine, text

from tests.support.budgets import budget, spend, write
from tests.support.ledgers import new_ledger

NOW = datetime(2026, 11, 20, 15, 20, tzinfo=UTC)
EACH = budget(name="each", scope="user", match="*", limit="5 USD", window="day", enforce="refuse")


class Job:
    """A BudgetJob and what it told."""

    def __init__(self, engine: Engine, home: Path, *budgets: Budget) -> None:
        self.shown: list[Sequence[Figures]] = []
        self.shown_at: list[datetime] = []
        self.told: list[Sequence[Crossing]] = []
        self.now = NOW
        reader = BudgetReader(engine, budgets, ZoneInfo("UTC"))
        self.job = BudgetJob(
            reader,
            budgets,
            self._take,
            home,
            [self.told.append],
            now=lambda: self.now,
        )
        self._file = home / FILE

    def _take(self, figures: Sequence[Figures], at: datetime) -> None:
        self.shown.append(figures)
        self.shown_at.append(at)

    @property
    def decisions(self) -> Decisions:
        return msgspec.json.decode(self._file.read_bytes(), type=Decisions)


def test_a_run_shows_figures_and_tells_every_crossing_that_holds(engine: Engine, tmp_path: Path) -> None:
    write(engine, spend(NOW, 90))
    job = Job(engine, tmp_path, budget())

    job.job.run()

    assert [one.ratio for one in job.shown[0]] == [0.9]
    assert job.shown_at == [NOW]
    assert [str(one.threshold) for one in job.told[0]] == ["0.5", "0.8"]
    assert not (tmp_path / FILE).exists()
    assert job.job.period >= FIGURES_SECONDS


def test_workers_are_told_who_has_used_up_a_budget_that_refuses(engine: Engine, tmp_path: Path) -> None:
    write(engine, spend(NOW, 5, user_id="ann"), spend(NOW, 4.99, user_id="bob"))
    job = Job(engine, tmp_path, EACH, budget(limit="1 USD"))

    job.job.run()

    [refusal] = job.decisions.refusals
    assert (refusal.budget, refusal.names, refusal.limit) == ("each", ("ann",), "5 USD")
    assert refusal.until == datetime(2026, 11, 21, tzinfo=UTC).timestamp()
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


def test_between_two_computations_decisions_alone_are_renewed(engine: Engine, tmp_path: Path) -> None:
    job = Job(engine, tmp_path, EACH)
    job.job.run()
    assert job.decisions == Decisions(NOW.timestamp())
    write(engine, spend(NOW, 5, user_id="ann"))
    job.now += timedelta(seconds=1)

    job.job.run()

    assert [one.names for one in job.decisions.refusals] == [("ann",)]
    assert (job.decisions.at, len(job.shown)) == (job.now.timestamp(), 1)
    assert job.job.period >= DECISIONS_SECONDS


def test_an_estimate_refuses_nobody(engine: Engine, tmp_path: Path) -> None:
    write(engine, spend(NOW, 50, user_id="ann", cost_status="estimated"))
    job = Job(engine, tmp_path, EACH)

    job.job.run()

    assert job.decisions.refusals == ()


def test_while_the_ledger_is_away_decisions_grow_old(engine: Engine, tmp_path: Path) -> None:
    job = Job(engine, tmp_path, EACH)
    job.job.run()
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE hourly_by_caller RENAME TO away"))
    job.now += timedelta(seconds=90)

    job.job.run()

    assert job.decisions.at == NOW.timestamp()


@pytest.mark.parametrize("seconds", [0.001, 10.0])
def test_a_long_computation_has_a_longer_period(seconds: float, tmp_path: Path) -> None:
    moments = iter([100.0, 100.0 + seconds])
    with new_ledger(tmp_path / "ledger.db") as engine:
        reader = BudgetReader(engine, (), ZoneInfo("UTC"))
        job = BudgetJob(reader, (), lambda _figures, _at: None, tmp_path, clock=lambda: next(moments))

        job.run()

    assert job.period == pytest.approx(max(FIGURES_SECONDS, seconds * 20))
