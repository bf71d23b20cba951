"""The report for machines: exact, and null is not zero."""

import csv
import io
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from farebox.attribution.lines import TeamLine
from farebox.attribution.names import Names
from farebox.report.machine import as_csv, as_json
from farebox.store.summary import Group, Scope, Sums
from farebox.store.sums import Converted
from hypothesis import given

from tests.support.names import NAMES, invisible
from tests.support.samples import AT

NANOUSD = 123_456_789_012_345_678
KNOWN = Sums(3, 1, 0, 0, 1_200, 1_200, 900, 300, NANOUSD, 800, 1_900, 250, 100, 3_000)
UNKNOWN = Sums(1, 0, 1, 0, None, None, None, None, None)
GROUPS = [Group(("openai", 'the "model", of\nours'), KNOWN), Group(("openai", None), UNKNOWN)]


def test_json_has_exact_amounts_and_null() -> None:
    told = json.loads(as_json(("provider", "model"), Scope(AT), GROUPS, KNOWN))

    assert (told["since"], told["until"], told["by"]) == ("2026-11-01T12:30:15.250000Z", None, ["provider", "model"])
    assert [row["model"] for row in told["rows"]] == ['the "model", of\nours', None]
    assert told["total"]["cost_nanousd"] == NANOUSD
    assert Decimal(told["rows"][0]["cost_usd"]) * 10**9 == NANOUSD
    assert (told["rows"][1]["cost_usd"], told["rows"][1]["input_tokens"]) == (None, None)
    assert [row["tokens_per_second"] for row in told["rows"]] == [33.333, None]
    assert [row["ttft_p50_ms"] for row in told["rows"]] == [250, None]
    assert [row["error_share"] for row in told["rows"]] == [pytest.approx(1 / 3), 0.0]


def test_csv_has_the_same_lines_and_no_total() -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(("provider", "model"), GROUPS, KNOWN))))

    assert [row["model"] for row in rows] == ['the "model", ofours', ""]
    assert [row["cost_nanousd"] for row in rows] == [str(NANOUSD), ""]
    assert [row["cost_usd"] for row in rows] == ["123456789.012345678", ""]


def test_it_is_told_which_percentiles_are_interpolated_and_what_is_lacking() -> None:
    groups = [Group(("openai",), replace(KNOWN, interpolated=True)), Group(("anthropic",), UNKNOWN)]

    told = json.loads(as_json(("provider",), Scope(), groups, KNOWN, lacking="Old calls are gone."))
    rows = list(csv.DictReader(io.StringIO(as_csv(("provider",), groups, KNOWN))))

    assert [row["interpolated"] for row in told["rows"]] == [True, False]
    assert (told["total"]["interpolated"], told["lacking"]) == (False, "Old calls are gone.")
    assert [row["interpolated"] for row in rows] == ["true", "false"]


@given(NAMES)
def test_csv_has_no_characters_that_nobody_sees_and_json_is_exact(name: str) -> None:
    groups, names = [Group((name, name), KNOWN)], Names(teams=[TeamLine(id=name, name=f"{name}!")])
    by = ("team", "model")

    [line] = csv.DictReader(io.StringIO(as_csv(by, groups, KNOWN, names=names)))
    [row] = json.loads(as_json(by, Scope(), groups, KNOWN, names=names))["rows"]

    assert not invisible(list(line.values()))
    assert (row["team"], row["model"], row["team_name"]) == (name, name, f"{name}!")


def test_a_cost_in_another_currency_stands_beside_usd() -> None:
    groups = [Group(("openai",), replace(KNOWN, converted=Converted("EUR", "€", 7, 5)))]

    told = json.loads(as_json(("provider",), Scope(), groups, groups[0].sums))
    [row] = csv.DictReader(io.StringIO(as_csv(("provider",), groups, groups[0].sums)))

    assert told["currency"] == "EUR"
    assert {**told["rows"][0], "provider": None} == {**told["total"], "provider": None}
    assert [told["total"][name] for name in ("cost_nanousd", "cost_nanoeur", "cost_eur", "unconverted_nanousd")] == [
        NANOUSD,
        7,
        "0.000000007",
        5,
    ]
    assert [row[name] for name in ("cost_nanoeur", "cost_eur", "unconverted_nanousd")] == ["7", "0.000000007", "5"]
    assert "converted" not in row
