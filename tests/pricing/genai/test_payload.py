"""Prices between releases: what can be read as such, and that they are the same prices then."""

import json
from datetime import UTC, date, datetime

import pytest
from farebox.pricing.book import Book
from farebox.pricing.consumption import Consumption
from farebox.pricing.genai.edition import bundled
from farebox.pricing.genai.payload import PayloadError, edition_of
from farebox.providers.table import PROVIDERS
from farebox.records.usage import Usage

from tests.support.payloads import payload, providers

AT = datetime(2026, 11, 4, 12, tzinfo=UTC)
OURS = {one.catalogue or one.name: one.name for one in PROVIDERS}


def test_handed_out_prices_are_the_packages_own_to_the_last_digit() -> None:
    ours, theirs = Book(), Book(edition_of(payload()))

    for ref, model in bundled().models.items():
        provider, _, _ = ref.partition("/")
        asked = Consumption(OURS.get(provider, ""), (model.id,), Usage(), AT)
        mine, other = ours.card(asked), theirs.card(asked)
        assert (mine and mine.rates) == (other and other.rates), ref


def test_prices_are_of_the_newest_day_on_which_one_was_checked() -> None:
    remarks = ("Checked 2026-10-19. Retires 2026-12-31.", "Rates verified on 2026-10-20.", "From 2027-01-01.", None)
    models = [
        {"id": f"m{number}", "match": {"equals": "m"}, "prices": {}, "price_comments": remark}
        for number, remark in enumerate(remarks)
    ]
    raw = [{"id": "a", "name": "a", "api_pattern": "a", "models": models}]

    assert edition_of(json.dumps(raw).encode()).dated == date(2026, 10, 20)
    assert edition_of(b"[]").dated is None
    assert edition_of(payload()).dated == bundled().dated


def test_the_packages_prices_are_not_of_a_day_to_come() -> None:
    dated = bundled().dated

    assert dated is not None
    assert date(2026, 11, 3) <= dated <= datetime.now(UTC).date()


def test_what_we_never_read_may_be_anything() -> None:
    raw = providers()
    raw[0]["extractors"] = [{"root": "usage", "mappings": [{"path": "x", "dest": "dreams"}]}]
    raw[0]["models"][0]["description"] = ["no", "text"]

    assert len(edition_of(json.dumps(raw).encode()).models) == len(bundled().models)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>not found</html>",
        b'{"providers": []}',
        b"[1, 2]",
        b'[{"id": "openai", "name": "OpenAI", "api_pattern": "x", "models": []}, 2]',
        b"[" * 100_000,
        payload()[:-100],
        b'[{"id": "x"}]',
        json.dumps([{**providers()[0], "models": [{"id": "m", "match": {"sounds_like": "m"}, "prices": {}}]}]).encode(),
        json.dumps(
            [{**providers()[0], "models": [{"id": "m", "match": {"equals": "m"}, "prices": {"a": "b"}}]}]
        ).encode(),
        payload().replace(b'"input_mtok": 2.5', b'"input_mtok": NaN', 1),
    ],
    ids=[
        "empty",
        "a page",
        "no list",
        "numbers",
        "a number too",
        "deep",
        "cut off",
        "half",
        "odd clause",
        "odd price",
        "not a number",
    ],
)
def test_what_holds_no_prices_is_refused(data: bytes) -> None:
    with pytest.raises(PayloadError, match=r"^(invalid JSON|not a list of providers|this version cannot read)"):
        edition_of(data)


def test_price_keys_that_are_new_are_read_and_named() -> None:
    raw = providers()
    raw[0]["models"][0]["prices"]["dreams_kcount"] = 3
    new = edition_of(json.dumps(raw).encode())

    model = raw[0]["models"][0]["id"]
    card = Book(new).card(Consumption(OURS[raw[0]["id"]], (model,), Usage(), AT))
    assert card is not None
    assert card.notes == ("no_price:dreams_kcount",)
