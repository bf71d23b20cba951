"""The recorder uses new prices without a restart, and warns when they are old."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from farebox.pricing import standard
from farebox.pricing.age import UPDATE
from farebox.pricing.consumption import Consumption
from farebox.pricing.genai.edition import bundled
from farebox.pricing.stored import Stored
from farebox.recorder.prices import REFRESH_SECONDS, Prices
from farebox.records.usage import Usage
from farebox.sinks.self_metrics import SelfMetrics
from prometheus_client import CollectorRegistry

from tests.support.payloads import payload, times

DEARER = payload(times(2))
CALL = Consumption("openai", ("gpt-4o",), Usage(input_tokens=1_000), datetime.now(UTC))
LIST_PRICE = 2_500_000
MIRROR = "https://mirror.example.com/"


def cost(prices: Prices) -> int | None:
    return prices.current().price(CALL).nanousd


def test_new_prices_are_used_from_the_next_refresh(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    prices = Prices(tmp_path)
    costs = [cost(prices)]
    Stored(tmp_path).take(DEARER, datetime.now(UTC), MIRROR)
    costs.append(cost(prices))
    prices.refresh()
    costs.append(cost(prices))
    Stored(tmp_path).roll_back()
    prices.refresh()
    prices.refresh()
    costs.append(cost(prices))

    assert costs == [LIST_PRICE, LIST_PRICE, 2 * LIST_PRICE, LIST_PRICE]
    assert caplog.text.count("from now on") == 2


def test_prices_that_fail_to_load_are_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prices = Prices(tmp_path)
    before = cost(prices)
    Stored(tmp_path).take(DEARER, datetime.now(UTC), MIRROR)

    def fail(*_arguments: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(standard, "pricer_of", fail)
        with pytest.raises(MemoryError):
            prices.refresh()
    assert cost(prices) == before
    prices.refresh()

    assert (before, cost(prices)) == (LIST_PRICE, 2 * LIST_PRICE)


def test_old_prices_are_reported_once_a_day(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = [0.0]
    in_a_year = datetime.now(UTC) + timedelta(days=365)
    prices = Prices(tmp_path, clock=lambda: clock[0], now=lambda: in_a_year)
    reported = []

    for hour in range(49):
        clock[0] = REFRESH_SECONDS + hour * 3_600.0
        caplog.clear()
        prices.refresh()
        reported.append(f"days old, of {bundled().dated}: {UPDATE}" in caplog.text)

    assert [hour for hour, was_reported in enumerate(reported) if was_reported] == [0, 24, 48]


def test_no_start_waits_for_prices_that_no_call_needs(tmp_path: Path) -> None:
    prices = Prices(tmp_path, clock=lambda: 0.0)

    prices.refresh()

    assert prices._loaded is None


def test_new_prices_are_not_reported_as_old(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    dated = bundled().dated
    assert dated is not None
    prices = Prices(tmp_path, now=lambda: datetime(dated.year, dated.month, dated.day, tzinfo=UTC))
    prices.current()

    prices.refresh()

    assert caplog.text == ""


@pytest.mark.parametrize(
    ("provider", "model", "is_known"),
    [("openai", "gpt-4o", True), ("openai", "junk", False), ("openai", None, False), ("nobody", "gpt-4o", False)],
)
def test_a_model_is_known_if_a_source_prices_it(
    tmp_path: Path, provider: str, model: str | None, *, is_known: bool
) -> None:
    assert Prices(tmp_path).knows(provider, model) is is_known


def test_the_age_of_prices_is_a_metric(tmp_path: Path) -> None:
    registry = CollectorRegistry()
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    prices = Prices(tmp_path, now=lambda: now)
    dated = bundled().dated
    assert dated is not None

    SelfMetrics(registry).catalogue_age(prices.age_seconds)

    age = registry.get_sample_value("farebox_price_catalogue_age_seconds")
    assert age == (now.date() - dated).days * 86_400 + 12 * 3_600
