"""What is copied beside calls."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from farebox.store import alert_events as events
from farebox.store import polls
from farebox.store.alert_events import Event
from farebox.store.engine import writer
from farebox.store.polls import Poll
from farebox.store.schema import calls, pending_polls
from farebox.store.snapshot import snapshot
from farebox.store.transfer.copying import copy
from farebox.store.transfer.state import old_hours
from sqlalchemy import Engine, delete, select

from tests.store.transfer.ledgers import BEGUN, TARGETS, fill, new_target, on_each_pair, some_calls, sums


@pytest.fixture(params=TARGETS)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    with new_target(request, tmp_path) as engine:
        yield engine


def waiting(engine: Engine) -> list[Poll]:
    with snapshot(engine) as connection:
        rows = connection.execute(select(pending_polls).order_by(pending_polls.c.started_at)).mappings()
        return [Poll(**row) for row in rows]


@on_each_pair
def test_polls_wait_in_the_target_as_long_as_they_do_in_the_source(engine: Engine, target: Engine) -> None:
    one, other = (Poll("api.openai.com", "openai_responses", f"resp_{place}", place, b"\0\xff") for place in (1, 2))
    with writer(engine).begin() as connection:
        polls.keep(connection, [one, other])
    copy(engine, target)
    assert waiting(target) == [one, other]

    with writer(engine).begin() as connection:
        polls.drop(connection, [one.key])
    copy(engine, target)
    copy(engine, target)

    assert waiting(target) == [other]


@pytest.mark.parametrize("target", TARGETS[:2], indirect=True)
def test_nobody_is_told_again_and_what_is_on_its_way_stays_so(engine: Engine, target: Engine) -> None:
    told, untold = (Event("budget", "all", BEGUN, threshold=share, figures={"spent": 1}) for share in ("0.5", "0.9"))
    events.add(engine, [(told, ["hook"]), (untold, ["hook"])], BEGUN)
    delivery = events.claim(engine, "hook", BEGUN, BEGUN + timedelta(minutes=1))
    assert delivery is not None
    events.mark_delivered(engine, delivery, BEGUN)
    for _ in range(2):
        copy(engine, target)

    assert events.add(target, [(told, ["hook"]), (untold, ["hook"])], BEGUN + timedelta(days=1)) == 0
    assert {name: (one.number, one.since) for name, one in events.waiting(target).items()} == {"hook": (1, BEGUN)}
    due = events.claim(target, "hook", BEGUN, BEGUN + timedelta(minutes=1))
    assert due is not None
    assert due.event.threshold != delivery.event.threshold


@pytest.mark.parametrize("target", TARGETS[:2], indirect=True)
def test_sums_of_deleted_calls_are_copied_as_they_are(engine: Engine, target: Engine) -> None:
    fill(engine, some_calls(9))
    with writer(engine).begin() as connection:
        connection.execute(delete(calls).where(calls.c.started_at < BEGUN + timedelta(hours=4)))
    for _ in range(2):
        copy(engine, target)

    with snapshot(engine) as connection:
        assert old_hours(connection) == [
            BEGUN.replace(minute=0, second=0, microsecond=0) + timedelta(hours=h) for h in (0, 3)
        ]
    assert sums(target) == sums(engine)
