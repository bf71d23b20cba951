"""The bill of a run."""

import io
from dataclasses import replace

import pytest
from farebox.report.bill import bill_lines
from farebox.store.run_bill import Bill
from farebox.store.sums import Converted, Doubt, Failure, Group, Sums
from rich.console import Console

PRICED = Sums(2, 1, 0, 0, 1_200, 1_200, 900, 300, 8_000_000, 800, 1_900)
UNPRICED = Sums(1, 0, 1, 0, 700, None, None, 180, None)


def printed(bill: Bill) -> list[str]:
    text = io.StringIO()
    Console(file=text, width=160).print(bill_lines(bill, 12.34))
    return [" ".join(line.split()) for line in text.getvalue().splitlines()]


def test_a_bill_has_a_line_for_each_model_and_says_what_is_in_doubt() -> None:
    groups = [
        Group(("openai", "gpt-4o"), PRICED),
        Group(("groq", "[house]"), UNPRICED),
        Group(("vllm", None), UNPRICED),
    ]
    doubts = [Doubt("groq", "[house]", "unpriced", ("unknown_model",), 1), Doubt("vllm", None, "partial", (), 2)]
    total = Sums(4, 1, 2, 0, 2_600, 1_200, 900, 660, 8_000_000)

    assert printed(Bill(groups, total, doubts)) == [
        "farebox: 4 calls in 12.3 s, 2,600 tokens in, 660 out, $0.00800+",
        "openai gpt-4o 2 calls, 1 error 1,200 in 900 cached 300 out $0.00800",
        "groq [house] 1 call 700 in 180 out unpriced",
        "vllm (no model) 1 call 700 in 180 out unpriced",
        "1 call to groq [house] unpriced: unknown_model (`farebox prices lint` has the lines to add)",
        "2 calls to vllm partial: no reason given",
    ]


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
def test_a_cost_is_whole_at_any_width(width: int) -> None:
    group = Group(("openai_compatible", "meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8"), PRICED)
    text = io.StringIO()

    Console(file=text, width=width).print(bill_lines(Bill([group], PRICED, []), 12.34))

    assert [line.split().count("$0.00800") for line in text.getvalue().splitlines() if "$" in line] == [1, 1]
    assert max(map(len, text.getvalue().splitlines())) <= width


def test_a_cost_that_is_not_known_is_no_zero() -> None:
    head, *_ = printed(Bill([Group(("vllm", "m"), UNPRICED)], UNPRICED, []))

    assert head.endswith("180 out, unpriced")


def test_what_was_refused_is_not_billed() -> None:
    refused = Sums(1, 1, 0, 0, None, None, None, None, None)

    head, line = printed(Bill([Group(("openai", "o3"), refused)], refused, []))

    assert head.endswith("nothing billed")
    assert line == "openai o3 1 call, 1 error ? in ? out"


def test_an_error_is_named_as_the_provider_does() -> None:
    missing = Sums(1, 1, 0, 0, None, None, None, None, None)
    key = ("openai", "gpt-9")
    failed = [Failure(*key, "model_not_found", 1), Failure("groq", "gpt-9", "other", 5)]

    _, line = printed(Bill([Group(key, missing)], missing, [], failed))

    assert line.startswith("openai gpt-9 1 call, 1 error (model_not_found) ")


def test_of_many_errors_the_most_frequent_are_named() -> None:
    failed = Sums(9, 9, 0, 0, None, None, None, None, None)
    errors = [Failure("openai", "m", name, 1) for name in ("a", "b", "c", "d")]

    _, line = printed(Bill([Group(("openai", "m"), failed)], failed, [], errors))

    assert "9 errors (a, b, c and 1 more) " in line


def test_an_estimate_carries_a_tilde() -> None:
    doubts = [Doubt("openai", "gpt-4o", "estimated", ("no_usage",), 1)]
    groups = [Group(("openai", "gpt-4o"), PRICED), Group(("groq", "m"), PRICED)]

    head, first, second, _ = printed(Bill(groups, PRICED, doubts))

    assert head.endswith("~$0.00800")
    assert first.endswith(" ~$0.00800")
    assert second.endswith(" $0.00800")


def test_a_bill_in_another_currency_says_what_has_no_rate() -> None:
    euros = replace(PRICED, converted=Converted("EUR", "€", 6_400_000))
    unknown = replace(PRICED, converted=Converted("EUR", "€", None, 8_000_000))

    assert printed(Bill([Group(("openai", "gpt-4o"), euros)], euros, []))[0].endswith("300 out, €0.00640")
    lines = printed(Bill([Group(("openai", "gpt-4o"), unknown)], unknown, []))
    assert lines[0].endswith("300 out, ?")
    assert lines[-1].startswith("$0.00800 (100% of the cost in USD) is from before the first rate of EUR")
