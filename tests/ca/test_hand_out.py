"""Clients get the CA's certificate, never its key."""

from pathlib import Path

import certifi
import pytest
from farebox.ca.folder import prepare, rotate
from farebox.ca.hand_out import hand_out
from farebox.ca.names import Names

ROOTS = b"-----BEGIN CERTIFICATE-----\nsystem\n-----END CERTIFICATE-----\n\n"


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a CA was made."""
    return prepare(tmp_path_factory.mktemp("ca"), Names(()), "ada")


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
    paths = "farebox.ca.hand_out.ssl.get_default_verify_paths"
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


def test_in_the_grace_clients_trust_the_new_and_the_old_ca(home: Path, tmp_path: Path, roots: bytes) -> None:
    folder = prepare(tmp_path / "rotated", Names(()), "ada")
    old = (folder / "mitmproxy-ca-cert.pem").read_bytes()
    rotate(folder, Names(()), "ada")
    new = (folder / "mitmproxy-ca-cert.pem").read_bytes()

    hand_out(home, folder)

    assert (home / "mitmproxy-ca-cert.pem").read_bytes() == new + old
    assert (home / "ca-bundle.pem").read_bytes() == roots.rstrip() + b"\n" + new + old
