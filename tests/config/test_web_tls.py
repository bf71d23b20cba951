"""TLS of the metrics port."""

from pathlib import Path

import pytest
import trustme
from farebox.config.web_config import TlsServer
from farebox.config.web_tls import context
from farebox.errors import SettingsError


def test_without_tls_there_is_no_context() -> None:
    assert context("", None) is None


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    cert = trustme.CA().issue_cert("localhost")
    cert.cert_chain_pems[0].write_to_path(tmp_path / "server.crt")
    cert.private_key_pem.write_to_path(tmp_path / "server.key")

    assert context(str(tmp_path / "web.yml"), TlsServer("server.crt", "server.key", min_version="TLS13")) is not None


def test_a_certificate_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"tls_server_config\.cert_file cannot be loaded"):
        context(str(tmp_path / "web.yml"), TlsServer("a", "b"))
