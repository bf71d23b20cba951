"""Farebox / People: who spends what, and on which conversations?"""

from . import people_calls, variables
from .annotations import ALERTS
from .fields import PERCENT, TOKENS, UNKNOWN, bar, column, defaults, exact, missing, money
from .kit import Board, Panel, Row, sql, stat, table
from .links import to_board
from .sql import CALLERS, EXACT, PERSON, TEAM, USD, USER, WITHOUT_COST
from .thresholds import UNATTRIBUTED_HIGH, UNATTRIBUTED_NOTICEABLE

UID = "farebox-people"
# What the table of P4 may be by; the words are compared with, never put into the query as they are.
BY = {"Team": "team", "Project": "project", "Key": "key", "Program": "program", "Purpose": "purpose"}
_COLUMN = (
    "CASE ${by:sqlstring} WHEN 'team' THEN team WHEN 'project' THEN project WHEN 'key' THEN key_fingerprint "
    "WHEN 'program' THEN client_app ELSE purpose END"
)


def _people() -> Panel:
    query = f"""
        SELECT {USER} AS "user", {TEAM} AS team, sum(calls) AS calls, {USD} AS usd, {WITHOUT_COST} AS without_cost
        FROM hourly_by_caller WHERE {CALLERS} GROUP BY 1, 2 ORDER BY 4 DESC NULLS LAST LIMIT 200"""
    return table(
        "People",
        "Who spends most? Of everybody, whoever is chosen above. `(unknown)` are calls that name no user.",
        sql(query),
        defaults=defaults(empty="no calls"),
        overrides=[
            column("user", "User", links=[to_board("Only this user", UID, "user")]),
            column("team", "Team"),
            column("calls", "Calls", TOKENS, width=90),
            bar(),
            missing(),
        ],
        width=16,
        height=10,
    )


def _top_tenth() -> Panel:
    query = f"""
        SELECT sum(usd) FILTER (WHERE place <= greatest(1, ceil(0.1 * n))) / nullif(sum(usd), 0) AS top_tenth
        FROM (SELECT {USD} AS usd, row_number() OVER (ORDER BY sum(cost_nanousd) DESC NULLS LAST) AS place,
            count(*) OVER () AS n
            FROM hourly_by_caller WHERE {CALLERS} AND user_id IS NOT NULL GROUP BY user_id) AS people"""
    return stat(
        "Share of the top tenth",
        "Is it a few? The share of spend of the tenth of users who spend most, of all spend that has a user.",
        sql(query),
        defaults=defaults(PERCENT, empty="no user is known", mappings=[UNKNOWN]),
        height=5,
    )


def _unnamed() -> Panel:
    query = f"""
        SELECT coalesce(sum(cost_nanousd) FILTER (WHERE user_id IS NULL), 0)::numeric / nullif(sum(cost_nanousd), 0)
            AS unknown FROM hourly_by_caller WHERE {CALLERS}"""
    levels = ((None, "green"), (UNATTRIBUTED_NOTICEABLE, "orange"), (UNATTRIBUTED_HIGH, "red"))
    return stat(
        "Spend nobody is named for",
        "Is attribution complete? The share of spend whose calls name no user.",
        sql(query),
        defaults=defaults(PERCENT, empty="no calls", steps=levels, mappings=[UNKNOWN]),
        height=5,
    )


def _groups() -> Panel:
    query = f"""
        SELECT coalesce({_COLUMN}, '(unknown)') AS name, sum(calls) AS calls, {USD} AS usd,
            {WITHOUT_COST} AS without_cost
        FROM hourly_by_caller WHERE {CALLERS} AND {PERSON} GROUP BY 1 ORDER BY 3 DESC NULLS LAST LIMIT 100"""
    return table(
        "By $by",
        "And by team, project, key, program or purpose? Of the chosen users and teams; choose above what to group by.",
        sql(query),
        defaults=defaults(empty="no calls"),
        overrides=[
            column("name", "Name"),
            column("calls", "Calls", TOKENS, width=80),
            bar(),
            missing("without_cost", "Without cost"),
        ],
        width=10,
        height=10,
    )


def _bill() -> Panel:
    month = "to_char(date_trunc('month', hour, ${tz:sqlstring}) AT TIME ZONE ${tz:sqlstring}, 'YYYY-MM')"
    query = f"""
        SELECT {month} AS month, {TEAM} AS team, provider, sum(calls) AS calls, {USD} AS usd,
            {WITHOUT_COST} AS without_cost, {EXACT} AS exact_usd
        FROM hourly_by_caller WHERE {CALLERS} AND {PERSON}
        GROUP BY 1, 2, 3 ORDER BY 1 DESC, 5 DESC NULLS LAST LIMIT 500"""
    return table(
        "A month's bill, by team",
        "What does each team owe? Choose whole months as the time range. Calls without a team have a line of their "
        "own, so "
        "the lines sum to the bill. Inspect > Data downloads it.",
        sql(query),
        defaults=defaults(empty="no calls"),
        overrides=[
            column("month", "Month", width=90),
            column("team", "Team"),
            column("provider", "Provider", width=120),
            column("calls", "Calls", TOKENS, width=80),
            money("usd", "Spend", width=110),
            missing(),
            exact(),
        ],
        width=14,
        height=10,
    )


BOARD = Board(
    UID,
    "Farebox / People",
    "Who spends what, and on which conversations?",
    [
        Row("Who: everybody", [_people(), _top_tenth(), _unnamed()]),
        Row("Bills: the chosen users and teams", [_groups(), _bill()]),
        *people_calls.ROWS,
    ],
    [
        variables.METRICS,
        variables.RECORDS,
        variables.of_ledger("provider", "Provider", "provider", "hourly_by_caller"),
        variables.of_ledger("user", "User", USER, "hourly_by_caller"),
        variables.of_ledger("team", "Team", TEAM, "hourly_by_caller"),
        variables.fixed("by", "Group by", BY),
        variables.ZONE,
    ],
    annotations=[ALERTS],
    since="now-7d",
    refresh="5m",
)
