"""An error's message yields the name of the parameter that it complains about, and nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest
from farebox.metering.call import call_of
from farebox.metering.meter import Meter
from farebox.records.error_param import parameter_in
from farebox.records.exchange import Response, request_to
from farebox.records.params import KNOWN
from hypothesis import given
from hypothesis import strategies as st

SAID = [
    line.split(" | ", 1)
    for line in Path(__file__).with_name("error_messages.txt").read_text().splitlines()
    if not line.startswith("#")
]
NAMES = {"model", "shape_of_things"}


@pytest.mark.parametrize(("expected", "message"), SAID, ids=[message[:40] for _, message in SAID])
def test_a_message_names_its_parameter(expected: str, message: str) -> None:
    named = parameter_in({"error": {"message": message.replace("\\n", "\n")}}, NAMES)
    assert (named or "-") == expected


LOCATED: list[Any] = [
    {"detail": [{"loc": ["body", "temperature"], "msg": "Input should be a valid number", "input": "hot"}]},
    {"object": "error", "message": {"detail": [{"loc": ["body", "temperature"], "type": "extra_forbidden"}]}},
    {"object": "error", "message": json.dumps({"detail": [{"loc": ["body", "temperature"]}]})},
    {"error": {"details": [{"fieldViolations": [{"field": "temperature", "description": "out of range"}]}]}},
    [{"error": {"message": 'Unknown name "temperature": Cannot find field.'}}],
    {"error": ["Error in `temperature`: field required"]},
    {"error": "temperature: out of range"},
    {"message": "temperature: out of range"},
]


@pytest.mark.parametrize("document", LOCATED, ids=[json.dumps(document)[:50] for document in LOCATED])
def test_a_message_is_found_where_providers_put_it(document: object) -> None:
    assert parameter_in(document, NAMES) == "temperature"


def test_positions_in_lists_are_left_out() -> None:
    assert parameter_in({"detail": [{"loc": ["body", "messages", 3, "content", "secret"]}]}, ()) == "messages.content"


@given(st.text(st.characters(codec="ascii"), max_size=60), st.sets(st.sampled_from(["model", "shape"])))
def test_no_word_but_a_parameters_name_leaves_a_message(message: str, names: set[str]) -> None:
    for text in (message, f"'{message}'", f"{message}: no", f"[{message}] is not permitted"):
        found = parameter_in({"message": text}, names)
        assert found is None or all(part in names | KNOWN for part in found.split("."))


@pytest.mark.parametrize(
    "document", [None, 7, [[[[[[[["temperature: no"]]]]]]]], {"message": {"loc": {}}}, [[]] * 1000]
)
def test_any_document_can_be_an_error(document: object) -> None:
    assert parameter_in(document, ()) is None


@pytest.mark.parametrize("unit", ["a ", "a_", "aB", "a: ", "'a", "a.", "[", "a a: ", "#/a/"])
def test_a_hostile_message_costs_little(unit: str) -> None:
    for _ in range(20):
        assert parameter_in({"message": unit * 100_000}, ()) is None


def _error_param(error: dict[str, Any]) -> str | None:
    body = b'{"model":"m","shape_of_things":1}'
    request = request_to("POST", "https://api.openai.com/v1/chat/completions", (), body)
    call = call_of(request, call_id="1", started_at=0)
    assert call is not None
    meter = Meter(call, Response(400, (("content-type", "application/json"),)))
    meter.feed(json.dumps({"error": error}).encode(), 0.1)
    return meter.close(0.2).error_param


def test_what_the_provider_states_comes_before_its_message() -> None:
    message = "Unknown parameter: 'shape_of_things'."
    assert _error_param({"message": message}) == "shape_of_things"
    assert _error_param({"message": message, "param": "n"}) == "n"


def test_a_message_that_is_a_document_is_read_as_one() -> None:
    inner = json.dumps({"detail": [{"loc": ["body", "messages", 3, "content"], "msg": "Field required"}]})

    assert parameter_in({"message": inner}, ()) == "messages.content"


def test_only_the_first_messages_of_an_error_are_read() -> None:
    assert parameter_in({"errors": [["no"] * 10, ["temperature: no"]]}, ()) == "temperature"
    assert parameter_in({"errors": [["no"] * 20, ["temperature: no"]]}, ()) is None
