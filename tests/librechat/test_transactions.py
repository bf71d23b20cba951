"""mongoexport's output is read in each of its forms; money is exact."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from farebox.errors import FareboxError
from farebox.librechat.transactions import Transaction, transactions

RELAXED = (
    '{"_id":{"$oid":"65f0"},"user":{"$oid":"64b0"},"tokenType":"prompt","model":"m","context":"message",'
    '"conversationId":"c","rate":0.15,"rawAmount":-29,"tokenValue":-3.7500000000000004,"inputTokens":-21,'
    '"writeTokens":0,"readTokens":-8,"createdAt":{"$date":"2026-11-02T09:00:00.250Z"},"__v":0}'
)
CANONICAL = (
    '{"user":{"$oid":"64b0"},"tokenType":"prompt","model":"m","context":"message","conversationId":"c",'
    '"rate":{"$numberDouble":"0.15"},"rawAmount":{"$numberInt":"-29"},"tokenValue":{"$numberDouble":"-3.75"},'
    '"inputTokens":{"$numberLong":"-21"},"writeTokens":{"$numberInt":"0"},"readTokens":{"$numberInt":"-8"},'
    '"createdAt":{"$date":{"$numberLong":"1793610000250"}}}'
)
EXPECTED = Transaction(
    "prompt", datetime(2026, 11, 2, 9, 0, 0, 250_000, tzinfo=UTC), "64b0", "c", None, "m", "message",
    3_750, 29, 21, 8, 0, Decimal("0.15"), None,
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        RELAXED,
        CANONICAL,
        f"[{RELAXED}]",
        f"[\n{CANONICAL}\n]\n",
        f"\ufeff{RELAXED}\n\n",
        f"[{json.dumps(json.loads(RELAXED), indent=2)}]",
    ],
    ids=["relaxed", "canonical", "array", "canonical array", "lines with a mark", "indented"],
)
def test_each_form_of_mongoexport_is_read(text: str) -> None:
    assert list(transactions(text.splitlines(), "export")) == [EXPECTED]


def test_only_tokens_are_booked() -> None:
    credit = '{"tokenType":"credits","tokenValue":20000,"createdAt":{"$date":"2026-11-02T09:00:00Z"}}'

    assert list(transactions([credit, RELAXED], "export")) == [EXPECTED]


def test_rates_by_kind_of_token_are_kept() -> None:
    line = json.dumps(json.loads(RELAXED) | {"rateDetail": {"input": 0.15, "write": 0, "read": 0.075}})

    [one] = transactions([line], "export")

    assert one.detail == {"input": Decimal("0.15"), "write": Decimal(0), "read": Decimal("0.075")}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('{"tokenType"', r"^export:1: not JSON: use the output of `mongoexport` as it is$"),
        ('{"a": 1}', r"^export:1: not a transaction of LibreChat"),
        ("\n[1]", r"^export:1: not a transaction of LibreChat"),
        ('{"tokenType": "prompt"}', r"^export:1: a transaction whose figures can't be read"),
        (RELAXED.replace("-29", '"many"'), r"^export:1: a transaction whose figures can't be read"),
        (RELAXED.replace("2026-11-02T09", "sometime"), r"^export:1: not JSON"),
    ],
)
def test_what_is_no_transaction_is_an_error_with_its_line(text: str, error: str) -> None:
    with pytest.raises(FareboxError, match=error):
        list(transactions(text.splitlines(), "export"))
