"""The console is as wide as a terminal; piped output is wide, plain and never cut."""

import io
import sys
from contextlib import redirect_stdout
from datetime import UTC

import msgspec
import pytest
from farebox.cli.console import console, print_call
from farebox.report.line import FIELDS
from farebox.report.sheet import call_sheet
from farebox.report.table import report_table
from farebox.store.summary import Group, Sums
from hypothesis import given
from hypothesis import strategies as st

from tests.support.names import NAMES, invisible
from tests.support.samples import record


@pytest.mark.parametrize(("columns", "width"), [(None, 160), ("", 160), ("72", 72)])
def test_piped_output_is_160_wide_unless_columns_says_otherwise(
    monkeypatch: pytest.MonkeyPatch, columns: str | None, width: int
) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns is not None:
        monkeypatch.setenv("COLUMNS", columns)

    assert console().width == width


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_has_its_own_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.delenv("COLUMNS", raising=False)

    assert console(stderr=True).width != 160


def test_stdout_and_stderr_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)

    console().print("bill 1")
    console(stderr=True).print("note 2")

    assert (out.getvalue(), err.getvalue()) == ("bill 1\n", "note 2\n")


def test_a_call_is_piped_as_fields_between_tabs(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    row = msgspec.structs.asdict(record(model_returned="gpt-4o", cost_nanousd=1_500_000, error_code="a\tb"))

    print_call(console(), row, UTC)

    fields = dict(zip(FIELDS, out.getvalue().removesuffix("\n").split("\t"), strict=True))
    assert (fields["model"], fields["cost_usd"], fields["output_tokens"]) == ("gpt-4o", "0.001500000", "")
    assert (fields["id"], fields["error"]) == (row["id"], "a b")


def test_a_terminal_without_unicode_gets_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))

    console().print("✓ gpt… ▌é")
    sys.stdout.flush()

    assert raw.getvalue() == b"+ gpt~ #?\n"


@given(st.lists(NAMES, min_size=2, max_size=2))
def test_nothing_that_is_printed_has_characters_that_nobody_sees(names: list[str]) -> None:
    table = report_table("Spend", ("team", "model"), [Group(tuple(names), Sums(*range(12)))], Sums(*range(12)))
    row = msgspec.structs.asdict(record(model_returned=names[0], error_code=names[1]))
    out = io.StringIO()
    with redirect_stdout(out):
        console().print(table, call_sheet(row, UTC))
        print_call(console(), row, UTC)

    assert invisible(out.getvalue()) <= {"\n", "\t"}


def test_a_name_with_such_characters_moves_no_column() -> None:
    texts = []
    for name in ("gpt-4o", "\u202egpt-\x1b4o\x9b"):
        out = io.StringIO()
        with redirect_stdout(out):
            console().print(report_table("Spend", ("model",), [Group((name,), Sums(*range(12)))], Sums(*range(12))))
        texts.append(out.getvalue())

    assert texts[0] == texts[1]
