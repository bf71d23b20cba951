"""`farebox prices update`, and who uses what it fetched: nothing asks the network but this command."""

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from farebox.config.settings import load
from farebox.doctor import prices as doctor
from farebox.doctor.finding import OK, WARNING
from farebox.errors import FareboxError
from farebox.pricing.age import age_warning
from farebox.pricing.consumption import Consumption
from farebox.pricing.genai.edition import Edition, bundled
from farebox.pricing.genai.payload import edition_of
from farebox.pricing.standard import standard
from farebox.pricing.stored import Stored
from farebox.pricing.update import update
from farebox.records.usage import Usage
from farebox.supervisor.run_home import isolated_settings

from tests.support.commands import farebox
from tests.support.payloads import of_last_year, payload, served, times

DEARER = payload(times(2))
CALL = Consumption("openai", ("gpt-4o",), Usage(input_tokens=1_000), datetime.now(UTC))
LIST_PRICE = 2_500_000
# Refuses every way to another machine, and says which was tried.
WITHOUT_NETWORK = """
import sys
from datetime import UTC, datetime
from pathlib import Path

def refuse(event, details):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.gethostbyname"):
        tried.append(event)
        raise PermissionError(event)

tried = []
sys.addaudithook(refuse)
from farebox.errors import FareboxError
from farebox.doctor import prices as doctor
from farebox.pricing.consumption import Consumption
from farebox.pricing.standard import standard
from farebox.pricing.update import update
from farebox.recorder.prices import Prices
from farebox.config.settings import load
from farebox.records.usage import Usage

home = Path(sys.argv[1])
clock = iter(range(0, 10**9, 1_000))
prices = Prices(home, clock=lambda: next(clock))
for _ in range(10):
    prices.refresh()
    pricer = prices.current()
    print(pricer.price(Consumption("openai", ("gpt-4o",), Usage(input_tokens=1_000), datetime.now(UTC))).nanousd)
findings = list(doctor.check(load({"home": str(home)})))
print(standard((), home).knows("openai", "junk"), prices.age_seconds() > 0, len(findings))
print(tried)
try:
    update(home)
except FareboxError:
    print(tried)
"""


def test_new_prices_are_fetched_and_used(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with served((200, {}, DEARER)) as url:
        done = farebox(capfd, monkeypatch, "prices", "update", "--url", url, home=tmp_path)
        again = farebox(capfd, monkeypatch, "prices", "update", "--url", url, home=tmp_path)

    assert done.code == 0
    assert "0 new, 0 removed" in done.out
    assert again.out.startswith("No newer prices: the prices of ")
    cost = standard((), tmp_path).price(CALL)
    assert (cost.nanousd, cost.version) == (2 * LIST_PRICE, edition_of(DEARER).version)
    assert json.loads((tmp_path / "prices" / "current.json").read_bytes())["current"]["url"] == url


def test_the_address_may_stand_in_the_settings(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with served((200, {}, DEARER)) as url:
        monkeypatch.setenv("FAREBOX_PRICES_UPDATE_URL", url)
        done = farebox(capfd, monkeypatch, "prices", "update", home=tmp_path)

    assert done.code == 0
    assert standard((), tmp_path).price(CALL).nanousd == 2 * LIST_PRICE


def test_a_roll_back_brings_the_prices_before(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with served((200, {}, DEARER)) as url:
        farebox(capfd, monkeypatch, "prices", "update", "--url", url, home=tmp_path)
    back = farebox(capfd, monkeypatch, "prices", "update", "--rollback", home=tmp_path)
    priced = standard((), tmp_path).price(CALL).nanousd
    forth = farebox(capfd, monkeypatch, "prices", "update", "--rollback", home=tmp_path)

    assert (back.out, priced) == ("The prices included in farebox are in use again.\n", LIST_PRICE)
    assert f"UTC from {url} are in use again." in forth.out
    assert standard((), tmp_path).price(CALL).nanousd == 2 * LIST_PRICE


@pytest.mark.parametrize(
    ("status", "data", "why"),
    [
        (200, DEARER[: len(DEARER) // 2], "invalid JSON, or cut off"),
        (200, b"[]", "they have 0 models"),
        (200, payload(times(1_000)), "models would cost more than 3 times as much"),
        (503, b"", "answers 503"),
    ],
    ids=["truncated", "empty", "jumps", "away"],
)
def test_what_cannot_be_believed_leaves_the_prices_in_use(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    data: bytes,
    why: str,
) -> None:
    with served((200, {}, DEARER)) as url:
        update(tmp_path, url)
    before = {path.name: path.read_bytes() for path in (tmp_path / "prices").iterdir()}
    with served((status, {}, data)) as url:
        done = farebox(capfd, monkeypatch, "prices", "update", "--url", url, home=tmp_path)

    assert done.code == 1
    assert why in done.err
    assert {path.name: path.read_bytes() for path in (tmp_path / "prices").iterdir()} == before


def test_a_folder_that_takes_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / "prices").write_text("a file")

    with served((200, {}, DEARER)) as url, pytest.raises(FareboxError, match="prices"):
        update(tmp_path, url)


@pytest.mark.parametrize(("days", "is_told"), [(0, False), (45, False), (46, True)])
def test_prices_are_old_after_forty_five_days(days: int, is_told: bool) -> None:
    told = age_warning(_checked("2026-11-04"), date(2026, 11, 4) + timedelta(days=days))

    assert (told is not None) is is_told


def _checked(day: str) -> Edition:
    raw = [
        {
            "id": "a",
            "name": "a",
            "api_pattern": "a",
            "models": [{"id": "m", "match": {"equals": "m"}, "prices": {}, "price_comments": f"Checked {day}."}],
        }
    ]
    return edition_of(json.dumps(raw).encode())


def test_doctor_tells_the_age_of_prices(tmp_path: Path) -> None:
    settings = load({"home": str(tmp_path)}, environment={})
    dated = bundled().dated
    assert dated is not None
    on_that_day = datetime.combine(dated, time(), UTC)

    [well] = doctor.check(settings, on_that_day)
    [ill] = doctor.check(settings, on_that_day + timedelta(days=365))

    assert (well.level, ill.level) == (OK, WARNING)
    assert ill.fix is not None
    assert "farebox prices update" in ill.fix


def test_who_looks_at_old_prices_is_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Stored(tmp_path).take(payload(of_last_year), datetime.now(UTC), "https://mirror.example.com/")

    done = farebox(capfd, monkeypatch, "prices", "show", "gpt-4o", "--provider", "openai", home=tmp_path)

    assert done.code == 0
    assert "days old, of 2025-11-01: run `farebox prices update`, or a newer farebox" in done.err


def test_a_run_uses_downloaded_prices_too(tmp_path: Path) -> None:
    settings = load({"home": str(tmp_path)}, environment={})
    Stored(tmp_path).take(DEARER, datetime.now(UTC), "https://mirror.example.com/")

    with isolated_settings(settings) as own:
        assert own.folder != tmp_path
        assert standard((), own.folder).price(CALL).nanousd == 2 * LIST_PRICE

    assert standard((), tmp_path).price(CALL).nanousd == 2 * LIST_PRICE


def test_nothing_asks_the_network_for_prices_but_the_update(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_NETWORK, str(tmp_path)],
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )

    assert done.stdout.splitlines() == [
        *[str(LIST_PRICE)] * 10,
        "False True 1",
        "[]",
        "['socket.getaddrinfo']",
    ], done.stderr
