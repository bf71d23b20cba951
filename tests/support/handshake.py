"""A TLS handshake in memory between a real client of Python and what the proxy shows it."""

import ssl
from pathlib import Path

from farebox.proxy.trust import OwnTlsConfig
from mitmproxy.certs import Cert
from mitmproxy.connection import Client, Server
from mitmproxy.proxy import context, layers
from mitmproxy.proxy.mode_specs import ProxyMode
from mitmproxy.test import taddons
from mitmproxy.tls import TlsData
from OpenSSL import SSL

_ROUNDS = 6


def refusal(confdir: Path, trusted: bytes, host: str, *, upstream: bytes | None = None) -> str | None:
    """Return why a client that trusts the certificates `trusted` refuses what the CA in `confdir` shows for `host`.

    None if it accepts it. `upstream` is the certificate of the server behind the proxy.
    """
    client = ssl.create_default_context(cadata=trusted.decode())
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    received, sent = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = client.wrap_bio(received, sent, server_hostname=host)
    server = _server(confdir, host, upstream)
    for _ in range(_ROUNDS):
        try:
            session.do_handshake()
            return None
        except ssl.SSLWantReadError:
            server.bio_write(sent.read())
            _step(server)
            received.write(server.bio_read(1 << 16))
        except ssl.SSLCertVerificationError as error:
            return error.verify_message
    raise AssertionError("the handshake does not end")


def _step(server: SSL.Connection) -> None:
    try:
        server.do_handshake()
    except SSL.WantReadError:
        return


def _server(confdir: Path, host: str, upstream: bytes | None) -> SSL.Connection:
    addon = OwnTlsConfig()
    with taddons.context(addon) as tctx:
        tctx.configure(addon, confdir=str(confdir))
        client = Client(peername=("127.0.0.1", 1), sockname=("127.0.0.1", 2), timestamp_start=1, sni=host)
        client.proxy_mode = ProxyMode.parse("regular")
        around = context.Context(client, tctx.options)
        around.server = Server(address=(host, 443))
        if upstream:
            around.server.certificate_list = [Cert.from_pem(upstream)]
        around.layers = [layers.modes.HttpProxy(around)]
        data = TlsData(client, context=around)
        addon.tls_start_client(data)
        assert data.ssl_conn
        return data.ssl_conn
