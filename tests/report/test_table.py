"""The report as a table: every group, the total, and what the total leaves out."""

import io
from dataclasses import replace

import pytest
from farebox.report.table import notes, report_table
from farebox.store.summary import Group, Sums
from farebox.store.sums import Converted
from rich.console import Console

FIRST = Sums(3, 1, 0, 0, 1_200, 1_200, 900, 300, 8_000_000_000, 800, 1_900, 250, 100, 2_000)
SECOND = Sums(2, 0, 2, 0, None, None, None, None, None, 70, 90)
TOTAL = Sums(5, 1, 2, 0, 1_200, 1_200, 900, 300, 8_000_000_000, 500, 1_900)


def printed(
    groups: list[Group], total: Sums, by: tuple[str, ...] = ("model",), lacking: str | None = None
) -> list[str]:
    text = io.StringIO()
    Console(file=text, width=160).print(report_table("Spend", by, groups, total, lacking=lacking))
    return [line.rstrip() for line in text.getvalue().splitlines()]


def test_a_line_has_its_figures_and_a_bar() -> None:
    _, head, first, second, total, note = printed([Group(("gpt-4o",), FIRST), Group((None,), SECOND)], TOTAL)

    heads = [
        "model",
        "spend",
        "calls",
        "errors",
        "unpriced",
        "input",
        "cached",
        "output",
        "tokens/s",
        "first",
        "p50",
        "p95",
    ]
    assert head.split() == heads
    assert first.split()[:6] == ["gpt-4o", "$8.00", "█" * 14, "3", "1", "(33%)"]
    assert first.split()[6:] == ["1,200", "75%", "300", "50", "250", "ms", "800", "ms", "1.9", "s"]
    assert second.split() == ["(unknown)", "?", "2", "2", "?", "?", "?", "-", "-", "70", "ms", "90", "ms"]
    assert total.split()[:5] == ["total", "$8.00", "5", "1", "(20%)"]
    assert note == "2 calls unpriced: cost unknown, not in the spend (`farebox prices lint`)."


def test_interpolated_percentiles_are_marked() -> None:
    lines = printed([Group(("gpt-4o",), replace(FIRST, interpolated=True)), Group((None,), SECOND)], TOTAL)

    assert lines[2].split()[-4:] == ["~800", "ms", "~1.9", "s"]
    assert lines[3].split()[-4:] == ["70", "ms", "90", "ms"]


def test_what_the_figures_lack_is_said_last() -> None:
    lines = printed([Group(("gpt-4o",), FIRST)], TOTAL, lacking="Calls before noon are deleted.")

    assert lines[-1] == "Calls before noon are deleted."


def test_one_group_needs_no_total() -> None:
    assert not any("total" in line for line in printed([Group(("gpt-4o",), FIRST)], FIRST))


def test_two_dimensions_have_two_columns() -> None:
    head = printed([Group(("openai", "gpt-4o"), FIRST)], FIRST, ("provider", "model"))[1]

    assert head.split()[:2] == ["provider", "model"]


def test_a_name_with_brackets_is_a_name() -> None:
    lines = printed([Group(("[red]model[/red]",), FIRST)], FIRST)

    assert any(line.startswith("[red]model[/red]") for line in lines)


@pytest.mark.parametrize(
    ("unpriced", "uncertain", "told"),
    [
        (0, 0, []),
        (1, 0, ["1 call unpriced: cost unknown, not in the spend (`farebox prices lint`)."]),
        (0, 3, ["3 calls with a cost that is a lower bound or an estimate."]),
    ],
)
def test_what_the_spend_leaves_out_is_said(unpriced: int, uncertain: int, told: list[str]) -> None:
    assert notes(Sums(9, 0, unpriced, uncertain, None, None, None, None, 1)) == told


@pytest.mark.parametrize("width", [50, 60, 80, 100, 120, 160])
def test_a_narrow_terminal_gets_fewer_columns_and_none_is_cut(width: int) -> None:
    groups = [Group(("anthropic", "claude-sonnet-4-5"), FIRST), Group(("openai", "gpt-5-mini"), SECOND)]
    text = io.StringIO()
    Console(file=text, width=width).print(report_table("Spend", ("provider", "model"), groups, TOTAL, width=width))

    lines = text.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert "…" not in text.getvalue()
    assert any(line.startswith("anthropic  claude-sonnet-4-5") and "$8.00" in line for line in lines)
    assert any(line.startswith("total") and "$8.00" in line for line in lines)


def test_a_table_in_another_currency_marks_lines_of_which_a_part_has_no_rate() -> None:
    part = replace(FIRST, converted=Converted("EUR", "€", 7_000_000_000, 1_000_000_000))
    none = replace(FIRST, converted=Converted("EUR", "€", None, 8_000_000_000))

    lines = printed([Group(("gpt-4o",), part), Group(("gpt-5",), none)], part)

    assert [line.split()[1] for line in lines[2:5]] == ["€7.00+", "?", "€7.00+"]
    assert lines[5].startswith("$1.00 (12% of the cost in USD) is from before the first rate of EUR")
