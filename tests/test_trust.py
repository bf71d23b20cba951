"""The proxy's CA: its key stays private, its certificate is handed out."""

from pathlib import Path

import certifi
import pytest
from farebox.proxy.trust import confdir, hand_out

CERTIFICATE = b"-----BEGIN CERTIFICATE-----\nfarebox\n-----END CERTIFICATE-----\n"
ROOTS = b"-----BEGIN CERTIFICATE-----\nsystem\n-----END CERTIFICATE-----\n\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data folder in which mitmproxy made its CA."""
    (confdir(tmp_path) / "mitmproxy-ca-cert.pem").write_bytes(CERTIFICATE)
    return tmp_path


@pytest.fixture
def roots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    (tmp_path / "roots.pem").write_bytes(ROOTS)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "roots.pem"))
    return ROOTS


def test_only_its_owner_can_look_into_mitmproxys_folder(tmp_path: Path) -> None:
    (tmp_path / "mitmproxy").mkdir(mode=0o755)

    assert confdir(tmp_path) == tmp_path / "mitmproxy"
    assert confdir(tmp_path).stat().st_mode & 0o077 == 0


def test_clients_get_the_certificate_and_a_bundle_of_all_roots(home: Path, roots: bytes) -> None:
    hand_out(home)

    assert (home / "mitmproxy-ca-cert.pem").read_bytes() == CERTIFICATE
    assert (home / "ca-bundle.pem").read_bytes() == roots.rstrip() + b"\n" + CERTIFICATE


def test_no_key_is_handed_out(home: Path, roots: bytes) -> None:
    (home / "mitmproxy" / "mitmproxy-ca.pem").write_bytes(b"-----BEGIN PRIVATE KEY-----\n")

    hand_out(home)

    assert not [path for path in home.iterdir() if path.is_file() and b"PRIVATE" in path.read_bytes()]


def test_a_shell_that_is_set_up_for_clients_can_start_the_proxy(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(home / "ca-bundle.pem"))

    for _ in range(2):
        hand_out(home)

    bundle = (home / "ca-bundle.pem").read_bytes()
    assert bundle.count(CERTIFICATE) == 1
    assert bundle.count(b"BEGIN CERTIFICATE") > 20


def test_a_system_without_roots_gets_those_of_certifi(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = "farebox.proxy.trust.ssl.get_default_verify_paths"
    monkeypatch.setattr(paths, lambda: Nowhere)

    hand_out(home)

    assert (home / "ca-bundle.pem").read_bytes().startswith(Path(certifi.where()).read_bytes().rstrip())


class Nowhere:
    """What a system without OpenSSL's files tells."""

    cafile = None
    openssl_cafile = "/there/is/no/such/file.pem"
