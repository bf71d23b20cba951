"""The digest has the week's spend and change, who spent it, what has no price and what failures cost."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from farebox.notifications.digest import Failed, Week, digest_message, week_of
from farebox.notifications.spenders import Spenders
from farebox.notifications.webhook import content
from farebox.records.windows import Window
from farebox.store.alert_events import Delivery, Event
from sqlalchemy import Engine

from tests.support.budgets import USD, spend, write
from tests.support.notifications import NOW
from tests.support.samples import record

BERLIN = ZoneInfo("Europe/Berlin")
BEGINS = datetime(2026, 11, 15, 23, tzinfo=UTC)
DURING = BEGINS + timedelta(days=2)
WINDOW = Window(BEGINS, BEGINS + timedelta(weeks=1))


@pytest.fixture
def week(engine: Engine) -> Week:
    write(
        engine,
        spend(BEGINS, 6, user_id="ann", model_returned="a"),
        spend(WINDOW.ends - timedelta(seconds=1), 4, user_id="bob", model_returned="b"),
        spend(DURING, 1.5, user_id="ann", model_returned="b", outcome="provider_cut", cost_status="partial"),
        spend(DURING, 0.5, user_id="ann", model_returned="b", outcome="client_abort", cost_status="estimated"),
        record(started_at=DURING, outcome="http_error", cost_status="none", status=429),
        record(started_at=DURING, outcome="provider_cut", cost_status="unpriced", model_returned="new"),
        # Outside: the week before, and what came after.
        spend(BEGINS - timedelta(seconds=1), 8),
        spend(WINDOW.ends, 99),
        spend(BEGINS - timedelta(weeks=1, seconds=1), 77),
    )
    return week_of(engine, BEGINS, BERLIN)


def test_the_week_s_sums_are_those_of_its_calls(week: Week) -> None:
    assert (week.window, week.calls, week.nanousd, week.before_nanousd) == (WINDOW, 6, 12 * USD, 8 * USD)
    assert (week.change, week.unpriced_calls, week.uncertain_calls) == (0.5, 1, 2)


def test_failures_are_told_with_what_they_cost(week: Week) -> None:
    assert week.failures == [
        Failed("provider_cut", 2, 1, 1_500_000_000),
        Failed("client_abort", 1, 0, 500_000_000),
        Failed("http_error", 1, 0, None),
    ]
    assert week.failed_nanousd == 2 * USD


def test_the_message_tells_it_all(week: Week) -> None:
    found = digest_message(Delivery("id-1", Event("digest", "", BEGINS), NOW, "ops", 1), week, BERLIN)

    assert found.title == "LLM spend of 16 Nov to 22 Nov 2026: $12.00 (+50%)"
    assert found.text == (
        "6 calls, $12.00, $8.00 the week before.\n"
        "Models: b $6.00, a $6.00, new ? and 1 call without a price\n"
        "People: ann $8.00, bob $4.00, (unknown) ? and 1 call without a price\n"
        "1 call without a known cost, not in the sum.\n"
        "2 calls with a cost that is estimated or a lower bound.\n"
        "Paid for failures: $2.00 ($1.50 for 2 calls cut by the provider, 1 of unknown cost, "
        "$0.5000 for 1 call cut by the client, $0 for 1 call refused by the provider)."
    )
    told = json.loads(content(found))
    assert (told["kind"], told["week"]["failed_nanousd"], told["week"]["change"]) == ("digest", 2 * USD, 0.5)
    assert told["week"]["failures"][0] == msgspec.to_builtins(week.failures[0]._asdict())


def test_a_week_without_calls_or_a_week_before_says_no_more_than_it_knows() -> None:
    empty = Week(WINDOW, 0, None, None, 0, 0, (), Spenders())
    found = digest_message(Delivery("id-1", Event("digest", "", BEGINS), NOW, "ops", 1), empty, BERLIN)

    assert (found.title, found.text) == ("LLM spend of 16 Nov to 22 Nov 2026: ?", "0 calls, ?.")
    assert (empty.change, empty.failed_nanousd) == (None, 0)
