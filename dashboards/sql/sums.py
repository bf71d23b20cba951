"""Parts of queries to the hourly sums of the ledger."""

from .dialect import Dialect

MODEL = "coalesce(model, '(unknown)')"
USER = "coalesce(user_id, '(unknown)')"
TEAM = "coalesce(team, '(unknown)')"

UNCERTAIN = "coalesce(sum(calls) FILTER (WHERE cost_status IN ('estimated', 'partial')), 0)"
WITHOUT_COST = "coalesce(sum(calls) FILTER (WHERE cost_status = 'unpriced'), 0)"
ESTIMATED = "coalesce(sum(calls) FILTER (WHERE cost_status = 'estimated'), 0) > 0"
LOWER_BOUND = "coalesce(sum(calls) FILTER (WHERE cost_status IN ('partial', 'unpriced')), 0) > 0"
_MARKS = f"CASE WHEN {LOWER_BOUND} THEN '>= ' ELSE '' END || CASE WHEN {ESTIMATED} THEN '~' ELSE '' END"
# Never an empty text, for which Grafana writes what a table without rows says.
MARK = f"coalesce(nullif({_MARKS}, ''), '=')"


def chosen(ledger: Dialect) -> str:
    """Return the condition of the time range, and of the chosen providers and models."""
    return f"{callers(ledger)} AND {ledger.chosen('model', MODEL)}"


def callers(ledger: Dialect) -> str:
    """Return the condition of the time range, and of the chosen providers."""
    return f"{ledger.hours} AND {ledger.chosen('provider', 'provider')}"


def person(ledger: Dialect) -> str:
    """Return the condition of the chosen users and teams."""
    return f"{ledger.chosen('user', USER)} AND {ledger.chosen('team', TEAM)}"


def usd(ledger: Dialect, column: str = "cost_nanousd") -> str:
    """Return the known cost of a group in dollars, NULL if none is known."""
    return ledger.usd(f"sum({column})")


def spent(ledger: Dialect) -> str:
    """Return the known cost of a group of calls that have something to pay, NULL if none is known.

    A sum of refusals and calls of a plan is nothing to pay, not unknown.
    """
    return f"CASE WHEN {WITHOUT_COST} = 0 THEN coalesce({usd(ledger)}, 0) ELSE {usd(ledger)} END"


def marked(ledger: Dialect, amount: str, decimals: int, before: str = "") -> str:
    """Return an amount as text: `~` where some is estimated, `>=` where some lacks."""
    return f"{_MARKS} || {before}{ledger.digits(amount, decimals)}"


def exact(ledger: Dialect) -> str:
    """Return what a group spent as text, to the nano-dollar."""
    return marked(ledger, spent(ledger), 9)
