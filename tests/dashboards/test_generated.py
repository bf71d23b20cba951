"""What must hold on every board, whoever reads it: over the JSON that ships."""

import json
import re
from typing import Any

import pytest

from dashboards import thresholds
from dashboards.fields import GREEN, GREY, PURPLE, RANKS, SKY, VERMILION, WHITE, YELLOW
from tests.support.boards import CLICKHOUSE, CLICKHOUSE_NAMES, LEDGER, NAMES, Place, board, places

ALL = (*NAMES, *CLICKHOUSE_NAMES)
PANELS = places(ALL)
MONEY = re.compile(r"usd|cost|spend|money|\$", re.IGNORECASE)
every_panel = pytest.mark.parametrize("place", PANELS, ids=lambda place: place.id)
every_board = pytest.mark.parametrize("name", ALL)


def levels(place: Place) -> set[float]:
    """Return the numbers at which the panel changes its colours."""
    found = [place.defaults["thresholds"], *(shown["thresholds"] for shown in place.columns() if "thresholds" in shown)]
    return {step["value"] for one in found for step in one["steps"] if step["value"] is not None}


def test_there_are_four_boards_with_fixed_addresses() -> None:
    assert NAMES == ("farebox-people", "farebox-sidecar", "farebox-spend", "farebox-traffic")
    assert [board(name)["uid"] for name in NAMES] == list(NAMES)


def test_the_boards_that_ask_a_ledger_are_there_for_clickhouse_too_at_the_same_addresses() -> None:
    asking = [name for name in NAMES if LEDGER in json.dumps(board(name))]

    assert [board(name)["uid"] for name in CLICKHOUSE_NAMES] == asking
    for name in asking:
        one, other = board(name), board(f"clickhouse/{name}")
        assert [_without_query(panel) for panel in other["panels"]] == [
            _without_query(panel) for panel in one["panels"]
        ]


def _without_query(panel: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in panel.items() if key not in {"targets", "datasource"}}


@every_panel
def test_a_panel_has_its_question_as_description(place: Place) -> None:
    assert "?" in place.panel["description"]


@every_panel
def test_a_title_is_not_cut_by_its_panel(place: Place) -> None:
    """At 1,600 pixels, a seventh of which are gone for the rest of the page."""
    assert len(place.panel["title"]) <= 6.5 * place.panel["gridPos"]["w"]


@every_panel
def test_no_panel_is_a_pie_or_of_a_kind_that_newer_grafanas_lack(place: Place) -> None:
    assert place.panel["type"] in {"stat", "timeseries", "table", "bargauge", "state-timeline", "heatmap"}


@every_panel
def test_money_is_never_cut_to_three_digits(place: Place) -> None:
    assert "currencyUSD" not in json.dumps(place.panel)


@every_panel
def test_money_has_a_dollar_and_at_least_two_decimals(place: Place) -> None:
    units = [place.defaults, *place.columns()]
    shown = {
        one["unit"]: int(one.get("decimals") or 0) for one in units if str(one.get("unit", "")).startswith("prefix:")
    }

    assert set(shown) <= {"prefix:$", "prefix:~$", "prefix:>= $", "prefix:>= ~$"}
    lines = place.panel["type"] == "timeseries"
    assert lines or place.panel["title"] == "Whole month, forecast" or min(shown.values(), default=2) >= 2


@every_panel
def test_a_figure_of_money_says_that_it_is_an_estimate_or_a_lower_bound(place: Place) -> None:
    """Of the ledger's spend; a saving is read from a counter, which is always an estimate."""
    if place.panel["type"] == "stat" and place.defaults["unit"].startswith("prefix:"):
        units = {place.defaults["unit"], *(shown["unit"] for shown in place.columns() if "unit" in shown)}
        if "farebox_spend" in place.queries[0]:
            assert all("farebox_spend_uncertain_calls" in query for query in place.queries)
            assert units >= {"prefix:~$", "prefix:>= ~$"}
        else:
            assert units == {"prefix:~$"}


@every_panel
def test_an_amount_in_a_table_of_sums_stands_beside_its_mark(place: Place) -> None:
    columns = [shown["name"] for shown in place.columns()]
    # The rows of `kind` are of one certainty each.
    if place.panel["type"] == "table" and {"usd", "without_cost"} <= set(columns) and "kind" not in columns:
        assert columns[columns.index("usd") - 1] == "mark"


@every_panel
def test_the_labels_of_an_axis_do_not_repeat(place: Place) -> None:
    """Decimals would cut them: 0.1, 0.1, 0.2, 0.2."""
    if place.panel["type"] == "timeseries":
        assert {one.get("decimals") for one in [place.defaults, *place.columns()]} <= {None, 0}


@every_panel
def test_each_series_with_a_colour_of_its_own_is_told_apart(place: Place) -> None:
    colors = [shown["color"]["fixedColor"] for shown in place.columns() if "color" in shown]
    if place.panel["type"] == "timeseries":
        assert len(set(colors)) == len(colors)
        assert set(colors) <= {*RANKS, GREEN, GREY, PURPLE, SKY, VERMILION, WHITE, YELLOW}


@every_panel
def test_a_table_that_is_cut_says_so(place: Place) -> None:
    """Its line below says `1 - 7 of 23 rows`."""
    if place.panel["type"] == "table":
        rows = {"Spend, and what it leaves out", "How sure is the spend, in the chosen time range"}
        assert place.panel["options"]["footer"]["enablePagination"] is (place.panel["title"] not in rows)


@every_panel
def test_wholly_unknown_costs_come_first_in_a_table_by_spend(place: Place) -> None:
    if place.is_sql and "place <=" in place.queries[0] and place.panel["type"] == "table":
        assert "(sum(cost_nanousd) IS NULL AND" in place.queries[0]
        assert "'other: '" in place.queries[0]


@every_panel
def test_no_data_is_told_in_words(place: Place) -> None:
    assert re.fullmatch(r"[a-z ]{6,}", place.defaults["noValue"])


@every_panel
def test_an_unknown_sum_of_money_is_unknown(place: Place) -> None:
    unknown = {"match": "null+nan", "result": {"text": "unknown", "color": "orange"}}
    mapped = [mapping["options"] for mapping in place.defaults.get("mappings", [])]

    if place.panel["type"] in {"stat", "bargauge"} and place.defaults["unit"] == "prefix:$":
        assert unknown in mapped
    for shown in place.columns():
        if shown.get("unit") == "prefix:$" and place.is_sql:
            assert unknown in [mapping["options"] for mapping in shown["mappings"]], shown["name"]


@every_panel
def test_a_cell_without_value_does_not_say_what_a_table_without_rows_says(place: Place) -> None:
    if place.panel["type"] == "table":
        assert "null+nan" in [mapping["options"].get("match") for mapping in place.defaults["mappings"]]


@every_panel
def test_a_gap_stays_a_gap(place: Place) -> None:
    if place.panel["type"] in {"timeseries", "state-timeline"}:
        assert place.defaults["custom"]["spanNulls"] is False


@every_panel
def test_sums_of_money_stand_beside_what_they_leave_out(place: Place) -> None:
    if not place.is_sql or place.panel["type"] != "table" or "cost_nanousd" not in place.queries[0]:
        return
    if place.panel["title"] in {"Costs stated by providers, against the price lists", "Latest 200 calls, newest first"}:
        return  # of calls with a cost alone; each call for itself

    [query] = place.queries
    [shown] = [one for one in place.columns() if one["name"] == "without_cost"]
    assert "'unpriced'" in query
    assert {"color": "orange", "value": 1} in shown["thresholds"]["steps"]


@every_panel
def test_sums_as_text_mark_estimates_and_lower_bounds(place: Place) -> None:
    if place.is_sql and re.search(r"to_char\([^']*'FM9|toDecimalString\(", place.queries[0]):
        assert "'~'" in place.queries[0]
        assert "'>= '" in place.queries[0]


@every_panel
def test_figures_that_each_sidecar_reports_from_the_ledger_are_never_added_up(place: Place) -> None:
    exact = r"farebox_(?:spend|spend_usual|spend_forecast|budget_\w+|price_catalogue_age)_(?:usd|ratio|rate|seconds)"
    for query in place.queries:
        for found in re.finditer(exact, query):
            assert re.search(r"max (?:by \([\w, ]+\) )?\($|max\((?:last_over_time\()?$", query[: found.start()]), query


@every_panel
def test_money_in_sql_is_never_a_float(place: Place) -> None:
    if place.is_sql:
        [query] = place.queries
        assert "1e9" not in query
        exact = ", 9) / 1000000000" if place.is_clickhouse else "::numeric / 1000000000"
        assert query.count(exact) == query.count(" / 1000000000")
        assert "Float" not in query


@every_panel
def test_hours_days_and_months_are_cut_in_a_named_zone(place: Place) -> None:
    if place.is_sql:
        [query] = place.queries
        for unit, zone in re.findall(r"toStartOf(\w+)\((?:[^()]|\([^()]*\))*?, ([^,()]+)\)", query):
            assert zone == ("'UTC'" if unit == "Hour" else "${tz:sqlstring}")
        assert query.count("toStartOf") == len(re.findall(r"toStartOf\w+\([^,]+, ['$]", query))
        assert "$__timeFilter(hour)" not in query
        assert "$__timeGroup" not in query
        for unit, zone in re.findall(r"date_trunc\('(\w+)', (?:[^()]|\([^()]*\))*?, ([^,()]+)\)", query):
            assert zone == ("'UTC'" if unit == "hour" else "${tz:sqlstring}")
        assert query.count("date_trunc(") == len(re.findall(r"date_trunc\('\w+', [^,]+, ['$]", query))


@every_panel
def test_variables_in_sql_are_quoted_as_strings(place: Place) -> None:
    """On ClickHouse, what people choose is encoded: a backslash of it would be an escape."""
    if place.is_sql:
        [query] = place.queries
        used = set(re.findall(r"\$\{(\w+)(:\w+)?\}", query)) - {("tz", ":sqlstring")}
        assert {form for _, form in used} <= {":queryparam" if place.is_clickhouse else ":sqlstring"}
        assert query.count(":queryparam") == len(re.findall(r"'\$\{\w+:queryparam\}'", query))


@every_panel
def test_levels_of_colours_come_from_the_thresholds_of_the_alerts(place: Place) -> None:
    known = {value for value in vars(thresholds).values() if isinstance(value, float | int)}
    colours_alone = {1, 0.5}  # any at all; which status
    statuses = {400} if place.panel["title"].startswith("Latest") else set()
    derived = {-thresholds.PRICE_DRIFT, 1 - thresholds.PROVIDER_ERRORS, 1 - thresholds.FAILING_NOTICEABLE}

    assert levels(place) <= known | derived | colours_alone | statuses


@every_panel
def test_links_of_rows_carry_time_and_data_sources(place: Place) -> None:
    for shown in place.columns():
        for link in shown.get("links", []):
            assert re.match(r"/d/farebox-\w+\?\$\{__url_time_range\}&\$\{prometheus:queryparam\}&", link["url"])
            uid, fields = (
                re.match(r"/d/([\w-]+)", link["url"]),
                re.findall(r"var-(\w+)=\$\{__data\.fields\.(\w+)", link["url"]),
            )
            assert uid
            names = [variable["name"] for variable in board(uid[1])["templating"]["list"]]
            for variable, field in fields:
                assert variable == field
                assert variable in names


@every_board
def test_boards_lead_to_each_other_with_variables_and_time(name: str) -> None:
    [link] = board(name)["links"]

    assert (link["type"], link["tags"], link["includeVars"], link["keepTime"]) == (
        "dashboards",
        ["farebox"],
        True,
        True,
    )
    assert board(name)["tags"] == ["farebox"]


@every_board
def test_data_sources_are_variables(name: str) -> None:
    text = json.dumps(board(name))

    assert set(re.findall(r'"uid": "([^"]+)"', text)) - set(NAMES) <= {"${prometheus}", "${ledger}"}
    for variable in board(name)["templating"]["list"]:
        if variable["type"] == "datasource":
            assert variable["query"] in {"prometheus", CLICKHOUSE if name in CLICKHOUSE_NAMES else LEDGER}


@every_board
def test_panels_neither_overlap_nor_leave_the_grid(name: str) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in board(name)["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
    ids = [panel["id"] for panel in board(name)["panels"]]
    assert len(set(ids)) == len(ids)


@every_board
def test_a_board_is_of_the_last_classic_schema_and_cannot_be_saved_in_grafana(name: str) -> None:
    made: dict[str, Any] = board(name)

    assert (made["schemaVersion"], made["graphTooltip"], made["editable"]) == (41, 1, False)
    assert made["description"].endswith("?")
