"""Which new prices are believed."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from farebox.pricing.genai.acceptance import Change, change, objections
from farebox.pricing.genai.edition import bundled
from farebox.pricing.genai.payload import edition_of

from tests.support.payloads import Raw, of_last_year, payload, providers, times

MODELS = len(bundled().models)


def changed(do: Callable[[Raw], object]) -> bytes:
    raw = providers()
    do(raw)
    return json.dumps(raw).encode()


def a_share(share: float, do: Callable[[dict[str, Any]], object]) -> Callable[[Raw], None]:
    def some(raw: Raw) -> None:
        models = [model for provider in raw for model in provider["models"]]
        for number, model in enumerate(models):
            if number % 100 < share * 100:
                do(model)

    return some


def fewer(share: float) -> Callable[[Raw], None]:
    def some(raw: Raw) -> None:
        for provider in raw:
            provider["models"] = [one for number, one in enumerate(provider["models"]) if number % 100 >= share * 100]

    return some


@pytest.mark.parametrize(
    "data",
    [payload(), payload(times(2)), changed(a_share(0.15, times(4))), changed(fewer(0.02))],
    ids=["the same", "twice the price", "some jump", "some are gone"],
)
def test_prices_that_can_be_are_believed(data: bytes) -> None:
    assert list(objections(bundled(), edition_of(data))) == []


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (payload(times(1_000)), "models would cost more than 3 times as much, or less than a third"),
        (payload(times(0)), "models would cost more than 3 times as much, or less than a third"),
        (changed(a_share(0.30, times(4))), "models would cost more than 3 times as much, or less than a third"),
        (payload(lambda model: model.update(prices={})), "models would cost more than 3 times as much"),
        (changed(fewer(0.5)), f"models, the current ones {MODELS}"),
        (b"[]", f"they have 0 models, the current ones {MODELS}"),
        (changed(a_share(0.01, times(-1))), "is negative or out of range"),
        (changed(a_share(0.01, lambda model: model.update(prices={"input_mtok": 1e300}))), "or out of range"),
        (changed(a_share(0.01, lambda model: model.update(prices={"input_mtok": 1e-300}))), "or out of range"),
        (payload().replace(b'"input_mtok": 2.5', b'"input_mtok": 2.' + b"5" * 100), "or out of range"),
        (changed(a_share(0.01, lambda model: model.update(match={"or": [{"regex": "("}]}))), "the name pattern of"),
        (payload(of_last_year), f"the current ones of {bundled().dated}"),
    ],
    ids=[
        "thousandfold",
        "for nothing",
        "many jump",
        "no prices",
        "half are gone",
        "nothing",
        "negative",
        "huge",
        "tiny",
        "endless",
        "odd names",
        "old",
    ],
)
def test_prices_that_cannot_be_are_not_believed_and_why(data: bytes, why: str) -> None:
    assert any(why in objection for objection in objections(bundled(), edition_of(data)))


def test_what_is_different_is_counted() -> None:
    def some(raw: Raw) -> None:
        models = raw[0]["models"]
        times(2)(models[1])
        times(4)(models[2])
        models.append({**models[1], "id": "brand-new"})
        del models[0]

    found = change(bundled(), edition_of(changed(some)))

    assert found == Change(models=MODELS, added=1, removed=1, repriced=2, jumps=1)
