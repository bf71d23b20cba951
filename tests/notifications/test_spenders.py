"""The models and people of a budget's calls, those that spent most first."""

from datetime import UTC, datetime, timedelta

from farebox.notifications.spenders import Spender, Spenders, scope_of, spenders, uncut
from sqlalchemy import Engine

from tests.support.budgets import USD, spend, write
from tests.support.samples import record

NOW = datetime(2026, 11, 20, 15, 20, tzinfo=UTC)
DAY = (NOW - timedelta(hours=12), NOW + timedelta(hours=1))


def test_models_and_people_are_ranked_and_what_has_no_price_is_told(engine: Engine) -> None:
    write(
        engine,
        spend(NOW, 2, user_id="ann", model_returned="a"),
        spend(NOW, 3, user_id="bob", model_returned="b"),
        spend(NOW, 4, user_id="ann", model_returned="c"),
        spend(NOW, 1, user_id=None, model_returned="d"),
        spend(NOW - timedelta(days=2), 99, user_id="old", model_returned="old"),
    )

    found = spenders(engine, scope_of(*DAY, "all", "", ()))

    assert found.models == [Spender("c", 4 * USD, 1, 0), Spender("b", 3 * USD, 1, 0), Spender("a", 2 * USD, 1, 0)]
    assert found.people == [
        Spender("ann", 6 * USD, 2, 0),
        Spender("bob", 3 * USD, 1, 0),
        Spender("(unknown)", USD, 1, 0),
    ]
    assert list(found.lines()) == ["Models: c $4.00, b $3.00, a $2.00", "People: ann $6.00, bob $3.00, (unknown) $1.00"]


def test_only_the_calls_of_the_budget_count(engine: Engine) -> None:
    write(
        engine,
        spend(NOW, 2, user_id="ann", team="red", model_returned="a"),
        spend(NOW, 3, user_id="bob", team="Blue", model_returned="b"),
    )

    each = spenders(engine, scope_of(*DAY, "user", "ann", ("*",)))
    team = spenders(engine, scope_of(*DAY, "team", "", ("bl*",)))

    assert [one.name for one in each.models] == ["a"]
    assert [one.name for one in team.people] == ["bob"]


def test_calls_without_a_price_are_no_zero(engine: Engine) -> None:
    write(engine, record(started_at=NOW, cost_status="unpriced", model_returned="new", user_id="ann"))

    found = spenders(engine, scope_of(*DAY, "all", "", ()))

    assert found.models == [Spender("new", None, 1, 1)]
    assert next(found.lines()) == "Models: new ? and 1 call without a price"


def test_where_no_user_is_known_nobody_is_named(engine: Engine) -> None:
    write(engine, spend(NOW, 2, user_id=None, model_returned="a"))

    found = spenders(engine, scope_of(*DAY, "all", "", ()))

    assert found == Spenders([Spender("a", 2 * USD, 1, 0)], ())
    assert uncut(*DAY) == ()
