"""The key of the proxy's CA stays private, and clients get its certificate."""

import os
import subprocess
import sys
from pathlib import Path

import certifi
import pytest
from farebox.errors import SettingsError
from farebox.proxy.trust import confdir, hand_out

ROOTS = b"-----BEGIN CERTIFICATE-----\nsystem\n-----END CERTIFICATE-----\n\n"


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a CA was made."""
    return confdir(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def certificate(ca: Path) -> bytes:
    return (ca / "mitmproxy-ca-cert.pem").read_bytes()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def roots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    (tmp_path / "roots.pem").write_bytes(ROOTS)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "roots.pem"))
    return ROOTS


def test_only_its_owner_can_read_the_folder_of_the_ca(tmp_path: Path) -> None:
    (tmp_path / "ca").mkdir(mode=0o755)

    assert confdir(tmp_path / "ca") == tmp_path / "ca"
    assert (tmp_path / "ca").stat().st_mode & 0o077 == 0
    assert (tmp_path / "ca" / "mitmproxy-ca.pem").stat().st_mode & 0o077 == 0


def test_sidecars_that_start_at_once_share_one_ca(tmp_path: Path) -> None:
    make = f"from pathlib import Path; from farebox.proxy.trust import confdir; confdir(Path({str(tmp_path)!r}))"
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    starting = [subprocess.Popen([sys.executable, "-c", make], env=environment) for _ in range(3)]

    assert [process.wait(60) for process in starting] == [0, 0, 0]

    pair = (tmp_path / "mitmproxy-ca.pem").read_bytes()
    assert (tmp_path / "mitmproxy-ca-cert.pem").read_bytes().strip() in pair


def test_a_ca_is_kept(ca: Path, certificate: bytes) -> None:
    confdir(ca)

    assert (ca / "mitmproxy-ca-cert.pem").read_bytes() == certificate


@pytest.mark.parametrize("place", ["a file", "no CA"])
def test_an_unusable_folder_is_named_with_its_setting(tmp_path: Path, place: str) -> None:
    folder = tmp_path / "ca"
    if place == "a file":
        folder.write_text("")
    else:
        folder.mkdir()
        (folder / "mitmproxy-ca.pem").write_text("no key")

    with pytest.raises(SettingsError, match=f"^ca: no CA can be read or created in {folder}"):
        confdir(folder)


def test_clients_get_the_certificate_and_a_bundle_of_all_roots(
    home: Path, ca: Path, certificate: bytes, roots: bytes
) -> None:
    hand_out(home, ca)

    assert (home / "mitmproxy-ca-cert.pem").read_bytes() == certificate
    assert (home / "ca-bundle.pem").read_bytes() == roots.rstrip() + b"\n" + certificate


def test_no_key_is_handed_out(home: Path, ca: Path, roots: bytes) -> None:
    hand_out(home, ca)

    assert not [path for path in home.iterdir() if path.is_file() and b"PRIVATE" in path.read_bytes()]


def test_a_shell_that_is_set_up_for_clients_can_start_the_proxy(
    home: Path, ca: Path, certificate: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(home / "ca-bundle.pem"))

    for _ in range(2):
        hand_out(home, ca)

    bundle = (home / "ca-bundle.pem").read_bytes()
    assert bundle.count(certificate) == 1
    assert bundle.count(b"BEGIN CERTIFICATE") > 20


def test_a_system_without_roots_gets_those_of_certifi(home: Path, ca: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = "farebox.proxy.trust.ssl.get_default_verify_paths"
    monkeypatch.setattr(paths, lambda: Nowhere)

    hand_out(home, ca)

    assert (home / "ca-bundle.pem").read_bytes().startswith(Path(certifi.where()).read_bytes().rstrip())


class Nowhere:
    """The paths of a system without OpenSSL's files."""

    cafile = None
    openssl_cafile = "/there/is/no/such/file.pem"


def test_an_up_to_date_file_is_not_written_again(home: Path, ca: Path, roots: bytes) -> None:
    hand_out(home, ca)
    before = {path: path.stat().st_ino for path in home.glob("*.pem")}

    hand_out(home, ca)

    assert {path: path.stat().st_ino for path in home.glob("*.pem")} == before


def test_a_disk_that_rejects_the_files_is_logged_and_does_not_stop_the_start(
    home: Path, ca: Path, roots: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (home / "ca-bundle.pem").mkdir()

    hand_out(home, ca)

    assert (home / "mitmproxy-ca-cert.pem").is_file()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert f"{home / 'ca-bundle.pem'} cannot be written" in caplog.text
    assert sorted(path.name for path in home.iterdir()) == ["ca-bundle.pem", "mitmproxy-ca-cert.pem", "roots.pem"]


def test_a_folder_for_clients_is_created(home: Path, ca: Path, certificate: bytes) -> None:
    hand_out(home / "more" / "certificates", ca)

    assert (home / "more" / "certificates" / "mitmproxy-ca-cert.pem").read_bytes() == certificate
