"""Days, months and hours of the boards' SQL, in time zones and over a change of the clocks."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from farebox.grafana.boards import in_zone
from farebox.records.record import Record
from farebox.sinks.ledger import ledger_sink
from sqlalchemy import Engine

from dashboards.sql.clickhouse import CLICKHOUSE
from dashboards.sql.largest import largest
from dashboards.sql.postgres import POSTGRES
from dashboards.sql.sums import MODEL, TEAM, WITHOUT_COST
from tests.support.board_ledgers import KINDS, BoardLedger, in_postgres, on_clickhouse, panel_query
from tests.support.grafana import Asker
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


@pytest.fixture(scope="module", params=KINDS)
def ledger(request: pytest.FixtureRequest) -> Iterator[BoardLedger]:
    """A ledger with ROWS, in Postgres and on ClickHouse."""

    def fill(engine: Engine) -> None:
        ledger_sink(engine, sidecar="s0").write(ROWS, {})

    if request.param == "postgres":
        with in_postgres(request.getfixturevalue("postgres"), fill) as made:
            yield made
    else:
        with on_clickhouse(request.getfixturevalue("chdb_server"), fill) as made:
            yield made


def touched() -> list[Record]:
    """Return the rows of the whole hours that the time range touches."""
    return [one for one in ROWS if one.started_at >= SINCE.replace(minute=0)]


@pytest.mark.parametrize("zone", ZONES)
def test_each_day_of_the_zone_has_its_own_spend(ledger: BoardLedger, zone: str) -> None:
    made = in_zone(ledger.board("farebox-spend"), zone)
    expected: dict[tuple[datetime, str], Fraction] = defaultdict(Fraction)
    for one in touched():
        if one.cost_nanousd is not None:
            day = one.started_at.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
            expected[day.replace(fold=0).astimezone(UTC), one.model or "(unknown)"] += Fraction(one.cost_nanousd, 10**9)

    found = ledger.ask(Asker(made, UNTIL, SINCE), panel_query(made, "Known spend per day"))

    assert {row["metric"][:4] for row in found} == {"1 · ", "2 · ", "3 · "}
    days = [(row["time"].astimezone(UTC), row["metric"][4:], row["usd" if "usd" in row else "Value"]) for row in found]
    assert {(day, model): Fraction(usd) for day, model, usd in days} == expected


@pytest.mark.parametrize("zone", ZONES)
def test_the_bill_is_of_each_whole_month_of_the_zone_that_the_range_touches(ledger: BoardLedger, zone: str) -> None:
    made = in_zone(ledger.board("farebox-people"), zone)
    within = [one for one in ROWS if one.started_at.astimezone(ZoneInfo(zone)).strftime("%Y-%m") >= "2025-10"]
    expected: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for one in within:
        month = one.started_at.astimezone(ZoneInfo(zone)).strftime("%Y-%m")
        expected[month, one.team or "(unknown)"] += Fraction(one.cost_nanousd or 0, 10**9)

    asker = Asker(made, UNTIL - timedelta(hours=1), SINCE + timedelta(days=12))
    found = ledger.ask(asker, panel_query(made, "Bill of whole months"))

    assert {(row["month"], row["team"]): Fraction(row["usd"]) for row in found} == expected
    assert all(row["exact_usd"] == f">= {row['usd']:.9f}" for row in found)
    assert sum(row["calls"] for row in found) == len(within)
    assert sum(row["without_cost"] for row in found) == sum(one.cost_nanousd is None for one in within)


def test_the_largest_groups_are_shown_and_the_rest_is_one_row(ledger: BoardLedger) -> None:
    columns = ["sum(calls) AS calls", f"{WITHOUT_COST} AS without_cost"]
    dialect = POSTGRES if ledger.kind == "postgres" else CLICKHOUSE
    query = largest({"model": MODEL, "team": TEAM}, columns, "hourly_by_caller", dialect.hours, limit=2)

    found = ledger.ask(Asker(ledger.board("farebox-people"), UNTIL, SINCE), query + dialect.ending)

    assert [(row["model"], row["team"]) for row in found[2:]] == [("other: 4 more", "other")]
    assert sum(row["calls"] for row in found) == len(touched())
    assert sum(row["without_cost"] for row in found) == sum(one.cost_nanousd is None for one in touched())


@pytest.mark.parametrize("server", ["Asia/Kolkata", "UTC"])
def test_the_first_hour_is_whole_whatever_the_servers_zone(ledger: BoardLedger, server: str) -> None:
    """In Kolkata, hours of UTC begin at half past."""
    made = ledger.board("farebox-spend")

    ledger.set_zone(server)
    found = ledger.ask(Asker(made, UNTIL, SINCE), panel_query(made, "Models"))
    ledger.set_zone("UTC")

    assert sum(row["calls"] for row in found) == len(touched())


def test_chosen_models_and_users_filter_and_quotes_are_harmless(ledger: BoardLedger) -> None:
    made = ledger.board("farebox-spend")
    chosen = {"model": ["gpt-5", "x'); DROP TABLE calls; --"]}

    found = ledger.ask(Asker(made, UNTIL, SINCE, chosen), panel_query(made, "Models"))

    assert [row["model"] for row in found] == ["gpt-5"]


def test_an_unknown_cost_is_no_zero(ledger: BoardLedger) -> None:
    made = ledger.board("farebox-spend")
    lone = SINCE + timedelta(minutes=20 * 21 * 3)
    asker = Asker(made, lone, lone, {"provider": ["openai"]})

    found = ledger.ask(asker, panel_query(made, "Models"))

    assert {row["usd"] for row in found if row["without_cost"] == row["calls"]} == {None}
    assert {row["exact_usd"] for row in found if row["without_cost"] == row["calls"]} == {None}
