"""The CA: its end, its hosts, and who can reach its key are told with the fix; nothing is changed."""

import datetime as dt
import re
from pathlib import Path

import pytest
from farebox.ca.folder import read, rotate
from farebox.ca.hand_out import hand_out
from farebox.config.settings import Settings, load
from farebox.doctor import ca
from farebox.doctor.finding import OK, PROBLEM, WARNING
from farebox.proxy.trust import confdir
from mitmproxy.certs import CertStore

from tests.support.findings import levels, only

ROTATE = "farebox ca rotate, then restart farebox"


def test_a_ca_that_does_not_exist_yet_is_ok(settings: Settings) -> None:
    assert levels(ca.check(settings)) == [(OK, f"CA: none yet, it is created in {settings.ca} at the first start")]


def test_a_ca_that_only_its_owner_can_read_is_ok(settings: Settings) -> None:
    folder = confdir(settings)
    hand_out(settings.folder, folder)

    finding = only(ca.check(settings))

    assert finding.level == OK
    assert re.fullmatch(rf"CA in {folder}, for \d+ domains, expires \d{{4}}-\d\d-\d\d", finding.message)


def test_a_ca_of_mitmproxy_is_ok_and_said_to_be_for_any_host(settings: Settings) -> None:
    CertStore.create_store(Path(settings.ca), "mitmproxy", 2048)
    Path(settings.ca).chmod(0o700)

    assert f"CA in {settings.ca}, for any host, expires " in only(ca.check(settings)).message


def test_an_old_ca_that_is_still_trusted_is_told(settings: Settings) -> None:
    confdir(settings)
    rotate(Path(settings.ca), None, "ada")

    assert only(ca.check(settings)).message.endswith(", the one before it is still trusted")


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (-31, (OK, "CA in ")),
        (-30, (WARNING, "the CA expires DAY, in 30 days")),
        (-1, (WARNING, "the CA expires DAY, in 1 day")),
        (1, (PROBLEM, "the CA expired DAY, 1 day ago: no client accepts it")),
        (30, (PROBLEM, "the CA expired DAY, 30 days ago: no client accepts it")),
    ],
)
def test_its_end_is_told_before_and_after(settings: Settings, days: int, expected: tuple[str, str]) -> None:
    end = read(confdir(settings)).root.not_valid_after_utc

    finding = only(ca.check(settings, end + dt.timedelta(days=days)))

    assert finding.level == expected[0]
    assert finding.message.startswith(expected[1].replace("DAY", f"{end:%Y-%m-%d}"))
    assert finding.fix == (None if finding.level == OK else ROTATE)


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_key_that_other_users_can_read_is_a_warning(settings: Settings, mode: int) -> None:
    folder = confdir(settings)
    key = folder / "mitmproxy-ca.pem"
    key.chmod(mode)
    folder.chmod(0o750)

    of_folder, of_key, *_ = ca.check(settings)

    assert (of_folder.level, of_folder.fix) == (WARNING, f"chmod 700 {folder}")
    assert (of_key.level, of_key.fix) == (WARNING, f"chmod 600 {key}")
    assert of_key.message.startswith(f"other users can access {key}: ")


def test_a_key_that_other_users_can_change_is_a_problem(settings: Settings) -> None:
    folder = confdir(settings)
    (folder / "mitmproxy-ca.pem").chmod(0o606)

    finding, *_ = ca.check(settings)

    assert (finding.level, finding.message) == (PROBLEM, f"every user can change {folder / 'mitmproxy-ca.pem'}")


def test_the_certificate_of_another_ca_is_a_problem(settings: Settings, home: Path) -> None:
    folder = confdir(settings)
    (home / "mitmproxy-ca-cert.pem").write_text("another")

    finding = only(ca.check(settings))

    assert (finding.level, finding.fix) == (PROBLEM, "restart farebox, then its clients")
    assert finding.message == f"{home / 'mitmproxy-ca-cert.pem'} is not the certificate of the CA in {folder}"


def test_a_certificate_for_clients_that_others_can_change_is_a_problem(settings: Settings, home: Path) -> None:
    hand_out(home, confdir(settings))
    (home / "mitmproxy-ca-cert.pem").chmod(0o666)

    finding = only(ca.check(settings))

    assert finding.message.endswith("mitmproxy-ca-cert.pem, and so choose whom clients trust")
    assert finding.level == PROBLEM


def test_hosts_that_the_ca_does_not_cover_are_told(settings: Settings, home: Path) -> None:
    confdir(settings)
    more = load({"home": str(home), "intercept": {"hosts": ["llm.example"]}}, environment={})

    finding = only(ca.check(more))

    assert (finding.level, finding.fix) == (WARNING, "restart farebox, then its clients")


def test_a_ca_that_cannot_be_read_is_a_problem(settings: Settings) -> None:
    folder = confdir(settings)
    (folder / "mitmproxy-ca.pem").write_text("no key")

    assert only(ca.check(settings)).message.startswith(f"the CA in {folder} cannot be read (")
