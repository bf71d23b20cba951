"""New prices: used if they can be believed, otherwise refused with the reason."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from farebox.errors import FareboxError
from farebox.pricing import update as module
from farebox.pricing.genai.edition import bundled
from farebox.pricing.genai.payload import URL, edition_of
from farebox.pricing.stored import Stored
from farebox.pricing.update import update

from tests.support.payloads import payload, served, times

MODELS = len(bundled().models)


@pytest.fixture(scope="module")
def twice() -> bytes:
    return payload(times(2))


def test_believable_prices_are_put_into_use(tmp_path: Path, twice: bytes) -> None:
    before = datetime.now(UTC)

    with served((200, {}, twice)) as url:
        taken = update(tmp_path, url)

    current = Stored(tmp_path).state().current
    assert current is not None
    assert current.url == url
    assert before <= current.fetched_at <= datetime.now(UTC)
    assert taken.is_new
    assert taken.edition.version == edition_of(twice).version == Stored(tmp_path).edition().version
    assert (taken.change.models, taken.change.added, taken.change.removed) == (MODELS, 0, 0)
    assert taken.change.repriced > 1_000


def test_the_same_prices_again_are_not_new(tmp_path: Path, twice: bytes) -> None:
    with served((200, {}, twice)) as url:
        first, second = update(tmp_path, url), update(tmp_path, url)

    assert (first.is_new, second.is_new) == (True, False)
    assert second.change.repriced == 0


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"<html>", "invalid JSON, or cut off"),
        (b"[]", f"they have 0 models, the current ones {MODELS}; "),
    ],
)
def test_refused_prices_change_nothing_and_the_error_says_why(tmp_path: Path, data: bytes, why: str) -> None:
    with (
        served((200, {}, data)) as url,
        pytest.raises(FareboxError) as refused,
    ):
        update(tmp_path, f"{url}?token=secret")

    assert str(refused.value).startswith(f"the prices at {url} were not used: {why}")
    assert str(refused.value).endswith(". The current prices stay in use")
    assert list(tmp_path.iterdir()) == []


def test_without_an_address_the_catalogues_own_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[str] = []

    def fetch(url: str) -> bytes:
        fetched.append(url)
        return b""

    monkeypatch.setattr(module, "fetch", fetch)
    with pytest.raises(FareboxError):
        update(tmp_path)

    assert fetched == [URL]
