"""Money is whole on terminals of every width, and no line is wider than its terminal."""

import io
from collections.abc import Callable
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import pytest
from farebox.analysis.params import ParamUse, documented
from farebox.analysis.reprice import Change, Changes
from farebox.pricing.cost import PRICED, Cost
from farebox.pricing.quote import Quote
from farebox.pricing.rate import Rate
from farebox.pricing.ratecard import RateCard
from farebox.report.changes import changes_table
from farebox.report.drift import drift_table
from farebox.report.line import call_line
from farebox.report.params import params_table
from farebox.report.quotes import quote_sheets
from farebox.report.sheet import call_sheet, price_history
from farebox.report.table import report_table
from farebox.store.drift import Drift
from farebox.store.summary import Group
from farebox.store.sums import Sums
from rich.console import Console, RenderableType

from tests.support.samples import AT, record

UTC = ZoneInfo("UTC")
LONG = "anthropic.claude-sonnet-4-5-20250929-v1:0-with-a-long-name-of-sixty"
ROW = msgspec.structs.asdict(
    record(model_returned=LONG, cost_nanousd=12_345_678_901, cost_status="partial", duration_ms=61_000)
)
SUMS = Sums(1_234_567, 9, 9, 9, 10**9, 10**8, 10**8, 10**9, 12_345_678_901_234)
CARD = RateCard(LONG, "genai-prices", "0.2.3+sha256.5f4d8e175a91", {"input_tokens": Rate(Decimal("2.50"))})
PRICES = [
    {
        "priced_at": AT,
        "cost_nanousd": 12_345_678_901,
        "cost_reasons": ["no_price:web_search_requests"],
        "cost_status": "partial",
        "price_source": "genai-prices",
        "price_version": CARD.version,
    }
]
IGNORED = documented("deepseek", "openai_chat", "deepseek-reasoner", "temperature")
KEY = ("openrouter", LONG, "unpriced", "estimated")
PARAMS = [
    ParamUse("generativelanguage.googleapis.com", "gemini-2.5-flash", "parallel_tool_calls", 12_345, 7, 14, AT),
    ParamUse("us-central1-aiplatform.googleapis.com", LONG, "user", 3, 3),
    ParamUse("api.deepseek.com", "deepseek-reasoner", "temperature", 2, 2, ignored=IGNORED),
]
VIEWS: dict[str, tuple[Callable[[int], RenderableType], tuple[str, ...]]] = {
    "report": (
        lambda width: report_table("Spend", ("model",), [Group((LONG,), SUMS)], SUMS, width=width),
        ("$12,345.68",),
    ),
    "tail": (lambda width: call_line(ROW, UTC, width), ("$12.35+", "1:01 min")),
    "show": (lambda _width: call_sheet(ROW, UTC), ("($12.345678901)",)),
    "show, prices": (lambda _width: price_history(PRICES, UTC), ("$12.345678901",)),
    "prices show": (lambda _width: quote_sheets([Quote((LONG,), CARD, Cost(12_345_678_901, PRICED))]), ("$12.35",)),
    "prices drift": (
        lambda _width: drift_table([Drift("openrouter", LONG, 1_234, 12_345_678_901_234, 2_345_678_901_234, 0)]),
        ("$12,345.68", "$2,345.68", "-$10,000.00", "-81.0%"),
    ),
    "params": (
        lambda width: params_table(PARAMS, width=width),
        ("generativelanguage.googleapis.com", "us-central1-aiplatform.googleapis.com", "parallel_tool_calls", "12345"),
    ),
    "reprice": (
        lambda _width: changes_table(Changes(seen=9, by_key={KEY: Change(9, 12_345_678_901, 2_345_678_901)}), dry=True),
        ("$12.35", "$2.35", "-$10.00"),
    ),
}


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
@pytest.mark.parametrize("view", VIEWS)
def test_money_is_whole_and_nothing_is_wider_than_the_terminal(view: str, width: int) -> None:
    made, amounts = VIEWS[view]
    text = io.StringIO()

    Console(file=text, width=width, legacy_windows=False).print(made(width))

    lines = text.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert [amount for amount in amounts if not any(amount in line.split() or amount in line for line in lines)] == []


@pytest.mark.parametrize("view", VIEWS)
def test_a_terminal_without_colours_gets_none(view: str) -> None:
    text = io.StringIO()

    Console(file=text, width=80, force_terminal=True, no_color=True, legacy_windows=False).print(VIEWS[view][0](80))

    # Bold and dim are no colours.
    assert not any(f"\x1b[{code}" in text.getvalue() for code in ("3", "4", "9"))
