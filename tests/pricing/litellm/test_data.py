"""The vendored list: where it is from, that all of it is read, that its digits are exact."""

import gzip
import json
from decimal import Decimal
from importlib.resources import files

import pytest
from farebox.pricing.litellm import fields
from farebox.pricing.litellm.data import PriceList, price_list
from farebox.pricing.litellm.rates import Choice, rates
from farebox.providers.table import PROVIDERS, Provider

FOLDER = files("farebox.pricing.litellm")
CONTENT = gzip.decompress(FOLDER.joinpath("prices.json.gz").read_bytes())


def test_the_list_says_which_it_is() -> None:
    models = price_list()

    assert models.version.count(".") == 2
    assert len(bytes.fromhex(models.sha256)) == 32
    assert len(list(models)) > 4_000


def test_its_licence_lies_beside_it() -> None:
    licence = FOLDER.joinpath("LICENSE").read_text(encoding="utf-8")

    assert "MIT License" in licence
    assert "Copyright (c) 2023 Berri AI" in licence


def test_it_is_small() -> None:
    assert len(FOLDER.joinpath("prices.json.gz").read_bytes()) < 400_000


def test_every_field_is_read_and_every_mode_known() -> None:
    models = json.loads(CONTENT)["models"]
    kept = {field for entry in models.values() for field in entry if field != "mode"}

    assert {field for field in kept if not fields.is_read(field)} == set()
    assert {entry["mode"] for entry in models.values()} <= fields.MODES


def test_every_price_is_what_its_digits_say() -> None:
    lines = json.loads(CONTENT, parse_float=Decimal)["models"]

    for key, line in lines.items():
        entry = price_list().entry(key.lower())
        assert entry is not None
        assert {"mode": entry.mode, **entry.fields} == line


def test_a_price_is_never_zero() -> None:
    for key in price_list():
        entry = price_list().entry(key)
        assert entry is not None
        found = rates(entry, Choice())
        assert all(rate.usd > 0 for rate in found.values()), key


@pytest.mark.parametrize("provider", [one for one in PROVIDERS if one.litellm], ids=lambda one: one.name)
def test_the_providers_names_are_in_the_list(provider: Provider) -> None:
    assert set(provider.litellm) <= price_list().families


def test_a_list_is_read_in_any_case() -> None:
    head = b'{"version":"1.0.0","sha256":"00","taken":"2026-11-24",'
    entry = PriceList(head + b'"models":{"a/B-c":{"mode":"chat","input_cost_per_token":1e-07}}}').entry("a/b-c")

    assert entry is not None
    assert (entry.key, entry.fields) == ("a/B-c", {"input_cost_per_token": Decimal("1e-07")})
