"""Farebox / People: who spends what, and on which conversations?"""

from . import people_calls, variables
from .annotations import ALERTS
from .charts import stat, table
from .fields import PERCENT, TOKENS, UNKNOWN, bar, column, defaults, exact, mark, missing, money
from .kit import Board, Panel, Row, sql
from .links import to_board
from .sql.dialect import Dialect
from .sql.largest import largest
from .sql.sums import MARK, TEAM, USER, WITHOUT_COST, callers, person, spent, usd
from .sql.sums import exact as exact_usd
from .thresholds import UNATTRIBUTED_HIGH, UNATTRIBUTED_NOTICEABLE

UID = "farebox-people"
# What the table of P4 may be by; the words are compared with, never put into the query as they are.
BY = {"Team": "team", "Project": "project", "Key": "key", "Program": "program", "Purpose": "purpose"}
_COLUMNS = {"team": "team", "project": "project", "key": "key_fingerprint", "program": "client_app"}


def _sums(ledger: Dialect) -> list[str]:
    return [
        "sum(calls) AS calls",
        f"{MARK} AS mark",
        f"{spent(ledger)} AS usd",
        f"{WITHOUT_COST} AS without_cost",
    ]


def _people(ledger: Dialect) -> Panel:
    return table(
        "People, in the chosen time range",
        "Who spends most? Of everybody, whoever is chosen above. `(unknown)` are calls that name no user. `>=` marks "
        "lower bounds, `~` estimates. People whose cost is wholly unknown come first; beyond the first 200, the "
        "rest is "
        "one row.",
        sql(
            ledger,
            largest({"user": USER, "team": TEAM}, _sums(ledger), "hourly_by_caller", callers(ledger), limit=200),
        ),
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


def _top_tenth(ledger: Dialect) -> Panel:
    top = f"sum(usd) FILTER (WHERE place <= greatest(1, {ledger.tenth('n')}))"
    query = f"""
        SELECT {ledger.quotient(top, "sum(usd)")} AS top_tenth
        FROM (SELECT {usd(ledger)} AS usd, row_number() OVER (ORDER BY sum(cost_nanousd) DESC NULLS LAST) AS place,
            count(*) OVER () AS n
            FROM hourly_by_caller WHERE {callers(ledger)} AND user_id IS NOT NULL GROUP BY user_id) AS people"""
    return stat(
        "Spend of the top tenth",
        "Is it a few? The share of known spend of the tenth of users who spend most, of all known spend that has a "
        "user; in the chosen time range.",
        sql(ledger, query),
        defaults=defaults(PERCENT, empty="no user is known", mappings=[UNKNOWN]),
    )


def _unnamed(ledger: Dialect) -> Panel:
    nameless = "coalesce(sum(cost_nanousd) FILTER (WHERE user_id IS NULL), 0)"
    query = f"""
        SELECT {ledger.ratio(nameless, "sum(cost_nanousd)")} AS unknown
        FROM hourly_by_caller WHERE {callers(ledger)}"""
    levels = ((None, "green"), (UNATTRIBUTED_NOTICEABLE, "orange"), (UNATTRIBUTED_HIGH, "red"))
    return stat(
        "Spend without a user",
        "Is attribution complete? The share of known spend whose calls name no user; in the chosen time range.",
        sql(ledger, query),
        defaults=defaults(PERCENT, empty="no calls", steps=levels, mappings=[UNKNOWN]),
    )


def _groups(ledger: Dialect) -> Panel:
    keys = {"name": f"coalesce({ledger.by_choice('by', _COLUMNS, 'purpose')}, '(unknown)')"}
    where = f"{callers(ledger)} AND {person(ledger)}"
    return table(
        "By $by, in the chosen time range",
        "And by team, project, key, program or purpose? Of the chosen users and teams; choose above what to group by.",
        sql(ledger, largest(keys, _sums(ledger), "hourly_by_caller", where, limit=100)),
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


def _bill(ledger: Dialect) -> Panel:
    so_far = f"CASE WHEN {ledger.month('hour')} = {ledger.month('now()')} THEN ', so far' ELSE '' END"
    keys = {"month": f"{ledger.month_name('hour')} || {so_far}", "team": TEAM, "provider": "provider"}
    columns = [*_sums(ledger), f"{exact_usd(ledger)} AS exact_usd"]
    where = f"{ledger.months} AND {ledger.chosen('provider', 'provider')} AND {person(ledger)}"
    return table(
        "Bill of whole months, by team",
        "What does each team owe? Of each whole month that the chosen time range touches, from its first day on. Calls "
        "without a team have a line of their own, so the lines sum to the bill. `>=` marks lower bounds, `~` "
        "estimates. Inspect > Data downloads it.",
        sql(ledger, largest(keys, columns, "hourly_by_caller", where, limit=500, before="key_0 DESC, ")),
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


def board(ledger: Dialect) -> Board:
    """Return the board that asks a ledger."""
    return Board(
        UID,
        "Farebox / People",
        "Who spends what, and on which conversations?",
        [
            Row("Who: everybody, whoever is chosen above", [_people(ledger), _top_tenth(ledger), _unnamed(ledger)]),
            Row("Bills: the chosen users and teams", [_groups(ledger), _bill(ledger)]),
            *people_calls.rows(ledger),
        ],
        [
            variables.METRICS,
            variables.records(ledger),
            variables.of_ledger(ledger, "provider", "Provider", "provider", "hourly_by_caller"),
            variables.of_ledger(ledger, "user", "User", USER, "hourly_by_caller"),
            variables.of_ledger(ledger, "team", "Team", TEAM, "hourly_by_caller"),
            variables.fixed("by", "Group by", BY),
            variables.ZONE,
        ],
        annotations=[ALERTS],
        since="now-7d",
        refresh="5m",
    )
