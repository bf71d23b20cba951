"""Days, months and hours of the boards' SQL, in time zones and over a change of the clocks."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from farebox.grafana.boards import in_zone
from farebox.records.record import Record
from farebox.sinks.database import DatabaseSink

from dashboards.sql import HOURS, MODEL, TEAM, WITHOUT_COST, largest
from tests.support.boards import Json, board
from tests.support.grafana import Asker, ask_ledger
from tests.support.ledgers import new_postgres_ledger
from tests.support.postgres import Postgres
from tests.support.samples import record

# The clocks of Berlin and New York go back in this time, those of Lord Howe by half an hour.
SINCE = datetime(2025, 9, 30, 22, 17, tzinfo=UTC)
UNTIL = datetime(2025, 11, 4, 3, 41, tzinfo=UTC)
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo")
MODELS = ("gpt-4o", "gpt-5", None)


def rows() -> list[Record]:
    """Return a call every 20 minutes, each of another cost; some without."""
    number = int((UNTIL - SINCE) / timedelta(minutes=20))
    return [
        record(
            started_at=SINCE + timedelta(minutes=20 * place),
            model_returned=MODELS[place % 3],
            cost_nanousd=None if place % 7 == 0 else 1_000_000_007 + place,
            cost_status="unpriced" if place % 7 == 0 else "priced",
            user_id="ada" if place % 2 else None,
            team="river" if place % 2 else None,
        )
        for place in range(number)
    ]


ROWS = rows()


@pytest.fixture(scope="module")
def ledger(postgres: Postgres) -> Iterator[psycopg.Connection[Any]]:
    """A ledger with ROWS."""
    with new_postgres_ledger(postgres) as engine:
        DatabaseSink(engine).write(ROWS, {})
        with postgres.connect(str(engine.url.database)) as connection:
            yield connection


def panel_query(made: Json, title: str) -> str:
    panel = next(one for one in made["panels"] if one["title"].startswith(title))
    return str(panel["targets"][0]["rawSql"])


def touched() -> list[Record]:
    """Return the rows of the whole hours that the time range touches."""
    return [one for one in ROWS if one.started_at >= SINCE.replace(minute=0)]


@pytest.mark.parametrize("zone", ZONES)
def test_each_day_of_the_zone_has_its_own_spend(ledger: psycopg.Connection[Any], zone: str) -> None:
    made = in_zone(board("farebox-spend"), zone)
    expected: dict[tuple[datetime, str], Fraction] = defaultdict(Fraction)
    for one in touched():
        if one.cost_nanousd is not None:
            day = one.started_at.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
            expected[day.replace(fold=0).astimezone(UTC), one.model or "(unknown)"] += Fraction(one.cost_nanousd, 10**9)

    found = ask_ledger(ledger, Asker(made, UNTIL, SINCE).sql(panel_query(made, "Known spend per day")))

    assert {row["metric"][:4] for row in found} == {"1 · ", "2 · ", "3 · "}
    assert {(row["time"].astimezone(UTC), row["metric"][4:]): Fraction(row["usd"]) for row in found} == expected


@pytest.mark.parametrize("zone", ZONES)
def test_the_bill_is_of_each_whole_month_of_the_zone_that_the_range_touches(
    ledger: psycopg.Connection[Any], zone: str
) -> None:
    made = in_zone(board("farebox-people"), zone)
    within = [one for one in ROWS if one.started_at.astimezone(ZoneInfo(zone)).strftime("%Y-%m") >= "2025-10"]
    expected: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for one in within:
        month = one.started_at.astimezone(ZoneInfo(zone)).strftime("%Y-%m")
        expected[month, one.team or "(unknown)"] += Fraction(one.cost_nanousd or 0, 10**9)

    asker = Asker(made, UNTIL - timedelta(hours=1), SINCE + timedelta(days=12))
    found = ask_ledger(ledger, asker.sql(panel_query(made, "Bill of whole months")))

    assert {(row["month"], row["team"]): Fraction(row["usd"]) for row in found} == expected
    assert all(row["exact_usd"] == f">= {row['usd']:.9f}" for row in found)
    assert sum(row["calls"] for row in found) == len(within)
    assert sum(row["without_cost"] for row in found) == sum(one.cost_nanousd is None for one in within)


def test_the_largest_groups_are_shown_and_the_rest_is_one_row(ledger: psycopg.Connection[Any]) -> None:
    columns = ["sum(calls) AS calls", f"{WITHOUT_COST} AS without_cost"]
    query = largest({"model": MODEL, "team": TEAM}, columns, "hourly_by_caller", HOURS, limit=2)

    found = ask_ledger(ledger, Asker(board("farebox-people"), UNTIL, SINCE).sql(query))

    assert [(row["model"], row["team"]) for row in found[2:]] == [("other: 4 more", "other")]
    assert sum(row["calls"] for row in found) == len(touched())
    assert sum(row["without_cost"] for row in found) == sum(one.cost_nanousd is None for one in touched())


@pytest.mark.parametrize("server", ["Asia/Kolkata", "UTC"])
def test_the_first_hour_is_whole_whatever_the_servers_zone(ledger: psycopg.Connection[Any], server: str) -> None:
    """In Kolkata, hours of UTC begin at half past."""
    ledger.execute(f"SET timezone = '{server}'".encode())
    made = board("farebox-spend")

    found = ask_ledger(ledger, Asker(made, UNTIL, SINCE).sql(panel_query(made, "Models")))

    assert sum(row["calls"] for row in found) == len(touched())


def test_chosen_models_and_users_filter_and_quotes_are_harmless(ledger: psycopg.Connection[Any]) -> None:
    made = board("farebox-spend")
    chosen = {"model": ["gpt-5", "x'); DROP TABLE calls; --"]}

    found = ask_ledger(ledger, Asker(made, UNTIL, SINCE, chosen).sql(panel_query(made, "Models")))

    assert [row["model"] for row in found] == ["gpt-5"]


def test_an_unknown_cost_is_no_zero(ledger: psycopg.Connection[Any]) -> None:
    made = board("farebox-spend")
    lone = SINCE + timedelta(minutes=20 * 21 * 3)
    asker = Asker(made, lone, lone, {"provider": ["openai"]})

    found = ask_ledger(ledger, asker.sql(panel_query(made, "Models")))

    assert {row["usd"] for row in found if row["without_cost"] == row["calls"]} == {None}
    assert {row["exact_usd"] for row in found if row["without_cost"] == row["calls"]} == {None}
