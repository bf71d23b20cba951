"""The folder of the CA: made once, kept private, widened under the same key, and handed over to a new CA."""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from farebox.ca import certificate
from farebox.ca import folder as folders
from farebox.ca.folder import claimed, prepare, read, rotate
from farebox.ca.names import Names
from farebox.errors import SettingsError
from farebox.home import atomic, lockfile
from mitmproxy.certs import CertStore

from tests.support.handshake import refusal

NAMES = Names(("api.openai.com",))
MORE = Names(("llm.example",))
HOST = "api.openai.com"


@pytest.fixture
def ca(tmp_path: Path) -> Path:
    return prepare(tmp_path / "ca", NAMES, "ada")


def trusted(folder: Path) -> bytes:
    """Return what a client that starts now trusts."""
    return (folder / "mitmproxy-ca-cert.pem").read_bytes()


def later(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    moment = dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
    monkeypatch.setattr(folders, "_now", lambda: moment)


def test_only_its_owner_can_read_the_folder(tmp_path: Path) -> None:
    (tmp_path / "ca").mkdir(mode=0o755)
    folder = prepare(tmp_path / "ca", NAMES, "ada")

    assert folder.stat().st_mode & 0o077 == 0
    assert [path.name for path in folder.iterdir() if path.stat().st_mode & 0o077] == []


def test_clients_accept_it_for_its_names_and_for_no_other(ca: Path) -> None:
    assert refusal(ca, trusted(ca), HOST) is None
    assert refusal(ca, trusted(ca), "bank.example") == "permitted subtree violation"


def test_sidecars_that_start_at_once_share_one_ca(tmp_path: Path) -> None:
    make = (
        "from pathlib import Path; from farebox.ca.folder import prepare; from farebox.ca.names import Names; "
        f"prepare(Path({str(tmp_path)!r}), Names(()), 'ada')"
    )
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    starting = [subprocess.Popen([sys.executable, "-c", make], env=environment) for _ in range(3)]

    assert [process.wait(60) for process in starting] == [0, 0, 0]
    assert trusted(tmp_path).strip() in (tmp_path / "mitmproxy-ca.pem").read_bytes()


def test_it_is_kept(ca: Path) -> None:
    before = trusted(ca)
    prepare(ca, NAMES, "another name of the machine")

    assert trusted(ca) == before


def test_more_names_are_certified_under_the_same_key(ca: Path) -> None:
    before = trusted(ca)
    prepare(ca, MORE, "ada")

    assert refusal(ca, trusted(ca), "llm.example") is None
    # Clients that started before go on, but for the new host.
    assert refusal(ca, before, HOST) is None
    assert refusal(ca, before, "llm.example") == "permitted subtree violation"


def test_names_are_never_taken_away(ca: Path) -> None:
    prepare(ca, MORE, "ada")
    after = trusted(ca)
    prepare(ca, NAMES, "ada")

    assert trusted(ca) == after


def test_every_name_can_be_certified_on_demand(ca: Path) -> None:
    prepare(ca, None, "ada")

    assert certificate.names_of(read(ca).root) is None
    assert refusal(ca, trusted(ca), "bank.example") is None


@pytest.mark.parametrize("names", [MORE, None])
def test_a_ca_that_mitmproxy_made_stays(tmp_path: Path, names: Names | None) -> None:
    CertStore.create_store(tmp_path, "mitmproxy", 2048)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}

    prepare(tmp_path, names, "ada")

    assert {path: path.read_bytes() for path in before} == before
    assert refusal(tmp_path, trusted(tmp_path), "bank.example") is None


@pytest.mark.parametrize("made_by", ["farebox", "mitmproxy"])
def test_clients_that_know_the_old_ca_alone_accept_the_new_one_in_the_grace(tmp_path: Path, made_by: str) -> None:
    if made_by == "mitmproxy":
        CertStore.create_store(tmp_path, "mitmproxy", 2048)
    folder = prepare(tmp_path, NAMES, "ada")
    before = trusted(folder)

    authority = rotate(folder, NAMES, "ada")

    assert authority.root.public_key() != x509.load_pem_x509_certificate(before).public_key()
    assert refusal(folder, before, HOST) is None
    assert refusal(folder, trusted(folder), HOST) is None
    assert refusal(folder, trusted(folder) + before, HOST) is None
    assert not list(folder.glob("*.p12"))


def test_with_no_grace_the_old_ca_is_worth_nothing(ca: Path) -> None:
    before = trusted(ca)
    rotate(ca, NAMES, "ada", dt.timedelta(0))

    assert refusal(ca, before, HOST) is not None
    assert refusal(ca, trusted(ca), HOST) is None
    assert read(ca).previous is None


def test_after_the_grace_the_old_ca_goes(ca: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = trusted(ca)
    rotate(ca, NAMES, "ada")
    prepare(ca, NAMES, "ada")
    assert read(ca).previous is not None

    later(monkeypatch, 31)
    prepare(ca, NAMES, "ada")

    assert read(ca).previous is None
    assert len(read(ca).chain) == 0
    assert refusal(ca, before, HOST) is not None
    assert refusal(ca, trusted(ca), HOST) is None


def test_more_names_in_the_grace_keep_the_old_clients(ca: Path) -> None:
    before = trusted(ca)
    rotate(ca, NAMES, "ada")
    prepare(ca, MORE, "ada")

    assert refusal(ca, before, HOST) is None
    assert refusal(ca, trusted(ca), "llm.example") is None


def test_a_folder_without_a_ca_gets_one_by_rotation(tmp_path: Path) -> None:
    rotate(tmp_path / "new", NAMES, "ada")

    assert refusal(tmp_path / "new", trusted(tmp_path / "new"), HOST) is None


def test_a_ca_of_a_company_is_neither_widened_nor_rotated(tmp_path: Path) -> None:
    CertStore.create_store(tmp_path, "mitmproxy", 2048, organization="Example Corp", cn="Example Corp")
    before = trusted(tmp_path)

    prepare(tmp_path, MORE, "ada")
    with pytest.raises(SettingsError, match=f"the CA in {tmp_path} is neither farebox's nor mitmproxy's"):
        rotate(tmp_path, NAMES, "ada")

    assert trusted(tmp_path) == before


def test_a_disk_that_rejects_changes_leaves_the_ca_as_it_is(
    ca: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def reject(*_arguments: object, **_named: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(atomic, "write", reject)
    prepare(ca, MORE, "ada")

    assert refusal(ca, trusted(ca), HOST) is None
    assert f"the CA in {ca} cannot be updated (Read-only file system)" in caplog.text


@pytest.mark.parametrize("place", ["a file", "no CA"])
def test_an_unusable_folder_is_named_with_its_setting(tmp_path: Path, place: str) -> None:
    folder = tmp_path / "ca"
    if place == "a file":
        folder.write_text("")
    else:
        folder.mkdir()
        (folder / "mitmproxy-ca.pem").write_text("no key")

    with pytest.raises(SettingsError, match=f"^ca: no CA can be read or created in {folder}"):
        prepare(folder, NAMES, "ada")


def test_a_claimed_folder_is_locked(tmp_path: Path) -> None:
    with claimed(tmp_path):
        assert lockfile.is_held(tmp_path / "ca.lock")
