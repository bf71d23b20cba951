"""Downloaded prices in the data folder: whole, or not used."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from farebox.errors import FareboxError
from farebox.pricing.genai.edition import bundled
from farebox.pricing.genai.payload import edition_of
from farebox.pricing.stored import Stored

from tests.support.payloads import payload, times

FETCHED = datetime(2026, 11, 24, 8, tzinfo=UTC)
FIRST, SECOND, THIRD = (payload(times(factor), "openai") for factor in (2, 3, 4))
URL = "https://mirror.example.com/data.json"


def used(home: Path) -> str:
    return Stored(home).edition().version


def test_what_came_with_the_package_is_used_until_others_are_there(tmp_path: Path) -> None:
    assert used(tmp_path) == bundled().version
    assert Stored(tmp_path).mark is None
    assert list(tmp_path.iterdir()) == []


def test_what_is_taken_is_used_and_the_one_before_kept(tmp_path: Path) -> None:
    stored = Stored(tmp_path)
    stored.take(FIRST, FETCHED, URL)
    first = stored.mark
    stored.take(SECOND, FETCHED, URL)

    assert used(tmp_path) == edition_of(SECOND).version
    assert first is not None
    assert stored.mark not in (None, first)
    assert len(list((tmp_path / "prices").glob("*.json"))) == 3
    stored.take(THIRD, FETCHED, URL)
    assert len(list((tmp_path / "prices").iterdir())) == 3


def test_a_roll_back_is_undone_by_another(tmp_path: Path) -> None:
    stored = Stored(tmp_path)
    stored.take(FIRST, FETCHED, URL)

    stored.roll_back()
    assert used(tmp_path) == bundled().version
    stored.roll_back()
    assert used(tmp_path) == edition_of(FIRST).version
    stored.take(SECOND, FETCHED, URL)
    stored.roll_back()
    assert used(tmp_path) == edition_of(FIRST).version


def test_the_same_prices_twice_do_not_drive_out_the_ones_before(tmp_path: Path) -> None:
    stored = Stored(tmp_path)
    for data in (FIRST, SECOND, SECOND):
        stored.take(data, FETCHED, URL)

    stored.roll_back()

    assert used(tmp_path) == edition_of(FIRST).version


def test_nothing_to_go_back_to_is_told(tmp_path: Path) -> None:
    with pytest.raises(FareboxError, match="no prices were ever downloaded"):
        Stored(tmp_path).roll_back()


def test_prices_older_than_the_package_are_not_used(tmp_path: Path) -> None:
    Stored(tmp_path).take(FIRST, datetime(2026, 6, 1, tzinfo=UTC), URL)

    assert used(tmp_path) == bundled().version


@pytest.mark.parametrize("harm", [b"", FIRST[:-1], FIRST.replace(b"0.5", b"0.6", 1), b"garbage"])
def test_damaged_prices_are_not_used_and_told(tmp_path: Path, caplog: pytest.LogCaptureFixture, harm: bytes) -> None:
    Stored(tmp_path).take(FIRST, FETCHED, URL)
    (path,) = (one for one in (tmp_path / "prices").iterdir() if one.name != "current.json")
    path.write_bytes(harm)

    assert used(tmp_path) == bundled().version
    assert f"the prices in {path} cannot be used" in caplog.text
    assert "run `farebox prices update` again" in caplog.text


def test_a_damaged_record_of_prices_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    Stored(tmp_path).take(FIRST, FETCHED, URL)
    (tmp_path / "prices" / "current.json").write_bytes(b"{")

    assert used(tmp_path) == bundled().version
    assert "current.json cannot be read" in caplog.text
