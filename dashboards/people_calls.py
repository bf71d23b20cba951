"""Rows of Farebox / People that read single calls: conversations, refused parameters, the latest calls."""

from .charts import table
from .fields import (
    COUNT,
    DASH,
    SMALL_MONEY,
    TEXT,
    TOKENS,
    UNKNOWN,
    UNKNOWN_TEXT,
    Unit,
    column,
    defaults,
    exact,
    mark,
    missing,
    money,
    named,
)
from .kit import Panel, Row, sql
from .spend_trust import PAYERS
from .spend_where import OUTCOMES
from .sql.dialect import Dialect
from .sql.sums import person
from .thresholds import LONG_INPUT

_LOWER_BOUND, _ESTIMATED, _UNKNOWN = (
    f"count(*) FILTER (WHERE cost_status {which})"
    for which in ("IN ('partial', 'unpriced')", "= 'estimated'", "= 'unpriced'")
)
_MARKS = f"CASE WHEN {_LOWER_BOUND} > 0 THEN '>= ' ELSE '' END || CASE WHEN {_ESTIMATED} > 0 THEN '~' ELSE '' END"
_MARK = f"coalesce(nullif({_MARKS}, ''), '=')"
_REFUSED = "count(*) FILTER (WHERE status IN (400, 422))"


def _chosen(ledger: Dialect) -> str:
    return f"{ledger.within} AND {ledger.chosen('provider', 'provider')} AND {person(ledger)}"


def _conversations(ledger: Dialect) -> Panel:
    spent = ledger.usd(f"(CASE WHEN {_UNKNOWN} = 0 THEN coalesce(sum(cost), 0) ELSE sum(cost) END)")
    query = f"""
        SELECT conversation, min(started_at) AS since, count(*) AS calls, {_MARK} AS mark,
            {spent} AS usd, {_UNKNOWN} AS without_cost, max(input_tokens) AS longest_input,
            {_MARKS} || {ledger.digits(spent, 9)} AS exact_usd
        FROM (SELECT c.conversation, c.started_at, c.input_tokens, {ledger.cost} AS cost,
                {ledger.status} AS cost_status
            FROM {ledger.calls} {ledger.prices} WHERE {_chosen(ledger)} AND c.conversation IS NOT NULL) AS priced
        GROUP BY 1 ORDER BY 5 DESC NULLS FIRST LIMIT 100"""
    return table(
        "The 100 conversations that cost most, in the chosen time range",
        "Which chats are expensive, and do they still grow? Each turn sends the whole chat again, so a long one is "
        "expensive to continue. From single calls, at current prices: choose days, not months. `>=` marks lower "
        "bounds, `~` estimates. Those whose cost is wholly unknown come first.",
        sql(ledger, query),
        defaults=defaults(empty="no call names its conversation"),
        overrides=[
            column("conversation", "Conversation"),
            column("since", "First call", Unit("dateTimeAsIso"), width=170),
            column("calls", "Calls", COUNT, width=80),
            mark(),
            money("usd", "Spend", SMALL_MONEY, width=110),
            missing(),
            column(
                "longest_input",
                "Longest input, tokens",
                TOKENS,
                steps=((None, "text"), (LONG_INPUT, "orange")),
                mappings=[UNKNOWN],
                width=170,
            ),
            exact(),
        ],
        rows=8,
        width=24,
    )


def _parameters(ledger: Dialect) -> Panel:
    query = f"""
        SELECT key AS parameter, c.host, count(*) AS calls, {_REFUSED} AS refused,
            count(*) FILTER (WHERE status IN (400, 422) AND error_param = key) AS named
        FROM {ledger.calls} {ledger.parameters} WHERE {_chosen(ledger)}
        GROUP BY 1, 2 HAVING {_REFUSED} > 0 ORDER BY 5 DESC, 4 DESC LIMIT 50"""
    return table(
        "Parameters that hosts refuse, in the chosen time range",
        "Which parameter does a host refuse (400, 422)? Where refusals name it, tell the client to leave it out "
        "(LibreChat: dropParams). From single calls.",
        sql(ledger, query),
        defaults=defaults(empty="no parameter was refused"),
        overrides=[
            column("parameter", "Parameter", width=170),
            column("host", "Host"),
            column("calls", "Calls with it", COUNT, width=100),
            column("refused", "Refused", COUNT, width=80),
            column("named", "Naming it", COUNT, steps=((None, "text"), (1, "red")), width=90),
        ],
        rows=5,
        width=12,
    )


def _latest_query(ledger: Dialect) -> str:
    return f"""
        SELECT started_at AS time, id, provider, model, status, outcome, user_id, duration_ms, ttft_ms,
            CASE WHEN cost IS NOT NULL THEN
                CASE cost_status WHEN 'estimated' THEN '~' WHEN 'partial' THEN '>= ' ELSE '' END
                || {ledger.digits(ledger.usd("cost"), 9)}
            WHEN cost_status = 'none' THEN '-' WHEN cost_status = 'included' THEN 'included' ELSE 'unknown' END AS usd
        FROM (SELECT c.started_at, {ledger.text("c.id")} AS id, c.provider, c.status, c.outcome,
                coalesce(c.model_returned, c.model_requested, '(unknown)') AS model,
                coalesce(c.user_id, '(unknown)') AS user_id, c.duration_ms, c.ttft_ms,
                {ledger.cost} AS cost, {ledger.status} AS cost_status
            FROM (SELECT c.* FROM {ledger.calls} WHERE {_chosen(ledger)} ORDER BY c.started_at DESC LIMIT 200) AS c
            {ledger.prices}) AS latest
        ORDER BY started_at DESC"""


def _latest(ledger: Dialect) -> Panel:
    return table(
        "Latest 200 calls, newest first",
        "What just happened? The last 200 calls of the time range; `farebox show ID` prints one in full. Cost to the "
        "nano-dollar: `~` is an estimate, `>=` a lower bound, `included` paid by a plan, `-` nothing to pay.",
        sql(ledger, _latest_query(ledger)),
        defaults=defaults(empty="no calls"),
        overrides=[
            column("time", "Time", Unit("dateTimeAsIso"), width=170),
            column("id", "ID", width=315),
            column("provider", "Provider", width=110),
            column("model", "Model", width=230),
            column(
                "status",
                "Status",
                COUNT,
                steps=((None, "text"), (400, "red")),
                mappings=[DASH],
                width=80,
            ),
            column("outcome", "How it ended", mappings=[named({"ok": ("ok", "green"), **OUTCOMES})]),
            column("user_id", "User"),
            column("duration_ms", "Took", Unit("ms", 0), width=90),
            column("ttft_ms", "First token", Unit("ms", 0), mappings=[DASH], width=100),
            column("usd", "Cost, USD", TEXT, mappings=[UNKNOWN_TEXT], align="right"),
        ],
        rows=12,
        width=24,
    )


def _keys(ledger: Dialect) -> Panel:
    query = f"""
        SELECT coalesce(key_fingerprint, '(unknown)') AS key, coalesce(key_kind, '(unknown)') AS kind,
            coalesce(billing, 'unknown') AS billing, coalesce(plan, '-') AS plan,
            coalesce(billing_source, '(unknown)') AS known_by, count(*) AS calls
        FROM {ledger.calls} WHERE {_chosen(ledger)} GROUP BY 1, 2, 3, 4, 5 ORDER BY 6 DESC LIMIT 100"""
    return table(
        "Keys, and who pays for their calls, in the chosen time range",
        "Which keys are of a plan, which are billed by the call, and how is it known? Keys are fingerprints; a key of "
        "the kind `oauth` is a login. From single calls.",
        sql(ledger, query),
        defaults=defaults(empty="no calls"),
        overrides=[
            column("key", "Key"),
            column("kind", "Kind", width=95),
            column("billing", "Its calls are", mappings=[named(PAYERS)], width=190),
            column("plan", "Plan", width=95),
            column("known_by", "Known by", width=90),
            column("calls", "Calls", TOKENS, width=70),
        ],
        rows=4,
        width=12,
    )


def rows(ledger: Dialect) -> list[Row]:
    """Return the rows of the board."""
    panels = [_conversations(ledger), _keys(ledger), _parameters(ledger), _latest(ledger)]
    return [Row("What on: the chosen users and teams", panels)]
