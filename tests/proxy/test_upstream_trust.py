"""Providers' certificates are verified with certifi's CAs and those that the settings add."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import certifi
import pytest
import trustme
from farebox.config.settings import Settings, load
from farebox.errors import SettingsError
from farebox.proxy.upstream_trust import trusted_file, why_refused

PUBLIC = Path(certifi.where()).read_bytes().rstrip()


@pytest.fixture
def company(tmp_path: Path) -> bytes:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "company.pem"))
    return authority.cert_pem.bytes()


def settings(home: Path, value: str) -> Settings:
    return load({"home": str(home), "upstream_ca": value}, environment={})


def test_without_the_setting_certifi_decides(tmp_path: Path) -> None:
    assert trusted_file(settings(tmp_path, "")) is None


def test_a_file_is_added_to_certifis(tmp_path: Path, company: bytes) -> None:
    found = trusted_file(settings(tmp_path, str(tmp_path / "company.pem")))

    assert found == str(tmp_path / "upstream-ca.pem")
    assert Path(found).read_bytes() == PUBLIC + b"\n" + company


def test_the_machines_cas_are_added(tmp_path: Path, company: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "company.pem"))

    found = trusted_file(settings(tmp_path, "system"))

    assert found is not None
    assert Path(found).read_bytes() == PUBLIC + b"\n" + company


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "No such file or directory"), ("no PEM", "it has no certificates in PEM form")]
)
def test_a_file_without_certificates_is_named_with_its_setting(
    tmp_path: Path, content: str | None, reason: str
) -> None:
    path = tmp_path / "wrong.pem"
    if content:
        path.write_text(content)

    with pytest.raises(SettingsError, match=rf"^upstream_ca: {path} cannot be used \({reason}\): name a file"):
        trusted_file(settings(tmp_path, str(path)))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("Certificate verify failed: certificate has expired", "certificate has expired"),
        ("The remote server does not speak TLS.", None),
        (None, None),
    ],
)
def test_a_refused_certificate_is_told_from_other_failures(error: str | None, expected: str | None) -> None:
    data: Any = SimpleNamespace(conn=SimpleNamespace(error=error))

    assert why_refused(data) == expected
