"""The views' queries."""

import re
from datetime import UTC, datetime

from farebox.store.clickhouse import views
from farebox.store.rollups.tables import ROLLUP_TABLES

MODERN, OLD = (26, 9), (18, 16)


def test_hourly_sums_have_the_columns_of_the_other_ledgers() -> None:
    for rollup in ROLLUP_TABLES:
        shown = views.views(MODERN)[rollup.table].partition(" FROM ")[0]
        names = re.findall(r" AS (\w+)", shown)
        assert names == list(rollup.columns)


def test_the_sums_kept_in_the_parts_are_grouped_as_the_views_ask() -> None:
    for name, query in views.projections(MODERN):
        keys = query.rpartition(" GROUP BY ")[2]
        assert query.startswith(f"SELECT {keys}, count()")
        assert "toStartOfHour(started_at)" in keys
        assert name in views.views(MODERN)


def test_an_old_server_computes_hours_from_microseconds() -> None:
    assert "intDiv(started_at, 3600000000) * 3600000000 AS k_hour" in views.views(OLD)["hourly_by_model"]


def test_prices_of_a_moment_leave_out_later_ones_and_keep_completions() -> None:
    query = views.current(OLD, datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    assert query.count("(is_price = 0 OR changed_at < 1000000)") == 2


def test_a_view_names_its_database_on_every_table() -> None:
    [_, sql] = views.create("v", "SELECT 1 FROM calls WHERE id IN (SELECT id FROM call_changes)", "d", "c")
    assert sql == "CREATE VIEW v ON CLUSTER c AS SELECT 1 FROM d.calls WHERE id IN (SELECT id FROM d.call_changes)"


def test_a_query_reads_only_the_hourly_sums_that_it_names() -> None:
    sql = "SELECT sum(hourly_by_model.cost_nanousd)\nFROM hourly_by_model\nWHERE hourly_by_model.provider = 'p'"
    found = views.narrowed(sql, MODERN)
    assert found.count("FROM hourly_by_model") == 0
    assert ") AS hourly_by_model\nWHERE" in found
    assert "GROUP BY k_hour, k_provider)" in found
    assert "cost_nanousd_known" in found
    assert "duration_ms" not in found


def test_hours_that_a_query_only_compares_are_summed_up_together() -> None:
    sql = (
        "SELECT sum(hourly_by_model.calls) FROM hourly_by_model "
        "WHERE hourly_by_model.hour >= %(a)s AND hourly_by_model.hour < %(b)s"
    )
    found = views.narrowed(sql, MODERN)
    assert found.endswith(") AS hourly_by_model WHERE 1 AND 1")
    assert "k_hour" not in found
    within = "AND toStartOfHour(started_at) >= %(a)s AND toStartOfHour(started_at) < %(b)s GROUP BY"
    assert found.count(within) == 2


def test_hours_that_a_query_reads_stay_apart() -> None:
    sql = "SELECT hourly_by_model.hour FROM hourly_by_model WHERE hourly_by_model.hour >= %(a)s"
    found = views.narrowed(sql, MODERN)
    assert found.endswith("AS hourly_by_model WHERE hourly_by_model.hour >= %(a)s")
    assert "k_hour AS hour" in found


def test_a_query_of_calls_stays_as_it_is() -> None:
    assert views.narrowed("SELECT calls.id FROM calls", OLD) == "SELECT calls.id FROM calls"
