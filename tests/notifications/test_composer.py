"""A stored event becomes a message with the names that the ledger has now."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from farebox.attribution.lines import UserLine
from farebox.attribution.names import Names
from farebox.budgets.crossings import Crossing
from farebox.budgets.figures import Figures
from farebox.budgets.use import Use
from farebox.notifications.composer import Composer
from farebox.notifications.events import event_of
from farebox.records.windows import Window
from farebox.store import alert_events
from farebox.store.alert_events import Event
from sqlalchemy import Engine

from tests.support.budgets import USD, budget, spend, write
from tests.support.notifications import NOW

WINDOW = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))


def test_a_budget_s_event_is_composed_after_its_way_through_the_ledger(engine: Engine) -> None:
    write(engine, spend(NOW, 90, user_id="ann", team="red"), spend(NOW, 5, user_id="bob", team="blue"))
    figures = Figures(budget(scope="team", match=("red",)), "", WINDOW, Use(1, 90 * USD))
    alert_events.add(engine, [(event_of(Crossing(figures, Decimal("0.8"))), ["ops"])], NOW)
    delivery = alert_events.claim(engine, "ops", NOW, NOW + timedelta(minutes=1))
    assert delivery is not None

    found = Composer(engine, ZoneInfo("UTC")).message(delivery)

    assert (found.id, found.created_at, found.title) == (delivery.id, NOW, "Budget office has reached 80 %")
    assert found.text.endswith("People: ann $90.00")


def test_people_have_the_names_that_the_settings_give_them(engine: Engine) -> None:
    write(engine, spend(NOW, 90, user_id="7"))
    figures = Figures(budget(scope="user", match="*"), "7", WINDOW, Use(1, 90 * USD))
    alert_events.add(engine, [(event_of(Crossing(figures, Decimal("0.8"))), ["ops"])], NOW)
    delivery = alert_events.claim(engine, "ops", NOW, NOW + timedelta(minutes=1))
    assert delivery is not None

    found = Composer(engine, ZoneInfo("UTC"), Names(users=[UserLine("7", "Ann")])).message(delivery)

    assert found.title == "Budget office: Ann has reached 80 %"
    assert found.text.endswith("People: Ann $90.00")
    assert (found.body["budget"]["name"], found.body["budget"]["label"]) == ("7", "Ann")
    assert found.labels["name"] == "7"


def test_a_digest_is_composed_of_its_week(engine: Engine) -> None:
    monday = datetime(2026, 11, 16, tzinfo=UTC)
    write(engine, spend(monday, 3, user_id="ann"), spend(NOW + timedelta(weeks=1), 99))
    alert_events.add(engine, [(Event("digest", "", monday), ["ops"])], NOW)
    delivery = alert_events.claim(engine, "ops", NOW, NOW + timedelta(minutes=1))
    assert delivery is not None

    found = Composer(engine, ZoneInfo("UTC")).message(delivery)

    assert (found.kind, found.title) == ("digest", "LLM spend of 16 Nov to 22 Nov 2026: $3.00")
