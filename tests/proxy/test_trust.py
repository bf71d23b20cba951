"""The proxy shows clients certificates that they accept, whatever the names of the server's own certificate."""

from pathlib import Path

import pytest
import trustme
from farebox.ca.names import Names
from farebox.config.settings import load
from farebox.proxy.mitmproxy_addons import addons_for
from farebox.proxy.trust import ConstrainedStore, OwnTlsConfig, certified_names, confdir
from mitmproxy.addons.tlsconfig import TlsConfig
from mitmproxy.test import taddons

from tests.support.handshake import refusal

HOST = "api.openai.com"


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return confdir(load({"home": str(tmp_path_factory.mktemp("home"))}, environment={}))


def test_names_of_the_servers_certificate_that_the_ca_cannot_certify_are_left_out(ca: Path) -> None:
    issued = trustme.CA().issue_cert("*.openai.example", HOST, "8.8.8.8", "*.api.openai.com")
    upstream = issued.cert_chain_pems[0].bytes()

    assert refusal(ca, (ca / "mitmproxy-ca-cert.pem").read_bytes(), HOST, upstream=upstream) is None


def test_what_mitmproxy_reads_is_written_before_workers_start(ca: Path) -> None:
    assert (ca / "mitmproxy-dhparam.pem").is_file()


@pytest.mark.parametrize("given", [{}, {"set": ["anticache=true"]}], ids=["few", "all"])
def test_workers_load_it_in_the_place_of_mitmproxys(given: dict[str, object]) -> None:
    addons = addons_for(load(given, environment={}))

    assert [type(one) for one in addons if type(one).__name__.endswith("TlsConfig")] == [OwnTlsConfig]


def test_what_the_ca_may_certify_is_told(ca: Path) -> None:
    addon = OwnTlsConfig()
    with taddons.context(addon) as tctx:
        tctx.configure(addon, confdir=str(ca))
        names = certified_names()

    assert names is not None
    assert (names.cover(HOST), names.cover("bank.example")) == (True, False)


def test_mitmproxys_own_ca_may_certify_every_name(tmp_path: Path) -> None:
    addon = TlsConfig()
    with taddons.context(addon) as tctx:
        tctx.configure(addon, confdir=str(tmp_path))
        assert certified_names() is None


def test_certificates_that_an_option_names_stay(ca: Path, tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("farebox.example")
    issued.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "own.pem"))
    addon = OwnTlsConfig()
    with taddons.context(addon) as tctx:
        tctx.configure(addon, confdir=str(ca), certs=[f"farebox.example={tmp_path / 'own.pem'}"])

        assert isinstance(addon.certstore, ConstrainedStore)
        assert isinstance(addon.certstore.names, Names)
        assert (
            addon.certstore.get_cert("farebox.example", []).cert.issuer
            == addon.certstore.certs["farebox.example"].cert.issuer
        )
