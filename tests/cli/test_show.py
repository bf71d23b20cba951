"""`farebox show`: one call, found by its id."""

import re

import pytest
from farebox.sinks.database import DatabaseSink
from farebox.store.engine import name
from msgspec.structs import replace
from sqlalchemy import Engine

from tests.cli.conftest import ROWS, Command
from tests.records.test_reading import FULL
from tests.support.samples import record, record_of


@pytest.mark.parametrize(
    "name", ["0190aaaa-0000-7000-8000-000000000001", "0190AAAA-0000-7000-8000-000000000001", "chatcmpl-1", "00000001"]
)
def test_a_call_is_shown_by_its_id_or_the_provider_s(run: Command, name: str) -> None:
    out = run("show", name).out

    assert re.search(r"^cost_nanousd +3,500,001 \(\$0\.003500001\)", out, re.MULTILINE)
    assert re.search(r"^user_id +u1", out, re.MULTILINE)


def test_every_fact_that_a_call_can_have_is_shown(run: Command, engine: Engine) -> None:
    full = replace(record_of(FULL), estimate={"output_tokens": [80, 140], "cost_nanousd": [4_970_000, 9_547_500]})
    DatabaseSink(engine).write([full], {})

    out = run("show", full.id).out

    shown = dict(line.strip().split(maxsplit=1) for line in out.splitlines() if "estimate." in line)
    assert shown == {
        "estimate.output_tokens": "80, 140",
        "estimate.cost_nanousd": "4,970,000 ($0.004970000), 9,547,500 ($0.009547500)",
    }


def test_a_call_without_a_price_is_shown_with_the_lines_to_add(run: Command) -> None:
    out = run("show", "0190aaaa-0000-7000-8000-000000000002").out

    lines = '  - match: {provider: openai, model: "gpt-9"}\n    per_mtok: {input: ..., output: ...}'
    assert out.rstrip().endswith(f"prices:\n{lines}")


def test_the_beginning_of_an_id_that_several_have_lists_them(run: Command) -> None:
    lines = run("show", "0190aaaa").out.splitlines()

    assert lines[0] == "2 calls have this id:"
    # In the order of their start.
    assert [line[:36] for line in lines[1:]] == [ROWS[1].id, ROWS[0].id]


@pytest.mark.parametrize("given", ["nothing", "019", "%", "0190____"])
def test_no_such_call_is_an_error(run: Command, engine: Engine, given: str) -> None:
    done = run("show", given)

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"farebox: no call '{given}' in {name(engine)}: ")


def test_a_call_with_a_price_is_shown_without_lines_to_add(run: Command) -> None:
    assert "farebox.yaml" not in run("show", ROWS[0].id).out


def test_a_call_that_was_never_priced_again_has_no_price_history(run: Command) -> None:
    assert "as recorded" not in run("show", ROWS[0].id).out


def test_a_name_that_many_calls_have_lists_the_first_twenty(run: Command, engine: Engine) -> None:
    DatabaseSink(engine).write([record(id=f"0190cccc-0000-7000-8000-{n:012d}") for n in range(21)], {})

    assert run("show", "0190cccc").out.splitlines()[0] == "20 calls have this id:"
