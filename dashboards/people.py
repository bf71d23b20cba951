"""Farebox / People: who spends what, and on which conversations?"""

from . import people_calls, variables
from .annotations import ALERTS
from .charts import stat, table
from .fields import PERCENT, TOKENS, UNKNOWN, bar, column, defaults, exact, mark, missing, money
from .kit import Board, Panel, Row, sql
from .links import to_board
from .sql import CALLERS, EXACT, MARK, MONTH, MONTHS, PERSON, SPENT, TEAM, USD, USER, WITHOUT_COST, largest
from .thresholds import UNATTRIBUTED_HIGH, UNATTRIBUTED_NOTICEABLE

UID = "farebox-people"
# What the table of P4 may be by; the words are compared with, never put into the query as they are.
BY = {"Team": "team", "Project": "project", "Key": "key", "Program": "program", "Purpose": "purpose"}
_COLUMN = (
    "CASE ${by:sqlstring} WHEN 'team' THEN team WHEN 'project' THEN project WHEN 'key' THEN key_fingerprint "
    "WHEN 'program' THEN client_app ELSE purpose END"
)


_SUMS = ("sum(calls) AS calls", f"{MARK} AS mark", f"{SPENT} AS usd", f"{WITHOUT_COST} AS without_cost")


def _people() -> Panel:
    return table(
        "People, in the chosen time range",
        "Who spends most? Of everybody, whoever is chosen above. `(unknown)` are calls that name no user. `>=` marks "
        "lower bounds, `~` estimates. People whose cost is wholly unknown come first; beyond the first 200, the "
        "rest is "
        "one row.",
        sql(largest({"user": USER, "team": TEAM}, _SUMS, "hourly_by_caller", CALLERS, limit=200)),
        defaults=defaults(empty="no calls"),
        overrides=[
            column("user", "User", links=[to_board("Only this user", UID, "user")]),
            column("team", "Team"),
            column("calls", "Calls", TOKENS, width=90),
            mark(),
            bar(),
            missing(),
        ],
        rows=12,
        width=16,
    )


def _top_tenth() -> Panel:
    query = f"""
        SELECT sum(usd) FILTER (WHERE place <= greatest(1, ceil(0.1 * n))) / nullif(sum(usd), 0) AS top_tenth
        FROM (SELECT {USD} AS usd, row_number() OVER (ORDER BY sum(cost_nanousd) DESC NULLS LAST) AS place,
            count(*) OVER () AS n
            FROM hourly_by_caller WHERE {CALLERS} AND user_id IS NOT NULL GROUP BY user_id) AS people"""
    return stat(
        "Spend of the top tenth",
        "Is it a few? The share of known spend of the tenth of users who spend most, of all known spend that has a "
        "user; in the chosen time range.",
        sql(query),
        defaults=defaults(PERCENT, empty="no user is known", mappings=[UNKNOWN]),
    )


def _unnamed() -> Panel:
    query = f"""
        SELECT coalesce(sum(cost_nanousd) FILTER (WHERE user_id IS NULL), 0)::numeric / nullif(sum(cost_nanousd), 0)
            AS unknown FROM hourly_by_caller WHERE {CALLERS}"""
    levels = ((None, "green"), (UNATTRIBUTED_NOTICEABLE, "orange"), (UNATTRIBUTED_HIGH, "red"))
    return stat(
        "Spend without a user",
        "Is attribution complete? The share of known spend whose calls name no user; in the chosen time range.",
        sql(query),
        defaults=defaults(PERCENT, empty="no calls", steps=levels, mappings=[UNKNOWN]),
    )


def _groups() -> Panel:
    keys = {"name": f"coalesce({_COLUMN}, '(unknown)')"}
    return table(
        "By $by, in the chosen time range",
        "And by team, project, key, program or purpose? Of the chosen users and teams; choose above what to group by.",
        sql(largest(keys, _SUMS, "hourly_by_caller", f"{CALLERS} AND {PERSON}", limit=100)),
        defaults=defaults(empty="no calls"),
        overrides=[
            column("name", "Name"),
            column("calls", "Calls", TOKENS, width=75),
            mark(),
            bar(),
            missing(),
        ],
        rows=10,
        width=10,
    )


def _bill() -> Panel:
    month = f"to_char({MONTH} AT TIME ZONE ${{tz:sqlstring}}, 'YYYY-MM')"
    so_far = f"CASE WHEN {MONTH} = {MONTH.replace('hour', 'now()')} THEN ', so far' ELSE '' END"
    keys = {"month": f"{month} || {so_far}", "team": TEAM, "provider": "provider"}
    columns = (*_SUMS, f"{EXACT} AS exact_usd")
    where = f"{MONTHS} AND provider IN (${{provider:sqlstring}}) AND {PERSON}"
    return table(
        "Bill of whole months, by team",
        "What does each team owe? Of each whole month that the chosen time range touches, from its first day on. Calls "
        "without a team have a line of their own, so the lines sum to the bill. `>=` marks lower bounds, `~` "
        "estimates. Inspect > Data downloads it.",
        sql(largest(keys, columns, "hourly_by_caller", where, limit=500, before="key_0 DESC, ")),
        defaults=defaults(empty="no calls"),
        overrides=[
            column("month", "Month", width=130),
            column("team", "Team", width=85),
            column("provider", "Provider", width=100),
            column("calls", "Calls", TOKENS, width=75),
            mark(),
            money("usd", "Spend", width=90),
            missing(),
            exact(),
        ],
        rows=10,
        width=14,
    )


BOARD = Board(
    UID,
    "Farebox / People",
    "Who spends what, and on which conversations?",
    [
        Row("Who: everybody, whoever is chosen above", [_people(), _top_tenth(), _unnamed()]),
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
