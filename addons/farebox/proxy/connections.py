"""The add-on that decides which connections are decrypted, and records those that fail before a call."""

import asyncio
import time

from mitmproxy import connection, ctx, http, tcp, tls, udp
from mitmproxy.proxy.mode_specs import ReverseMode
from mitmproxy.proxy.server_hooks import ServerConnectionHookData

from ..ca.names import Names
from ..config.settings import Settings
from ..providers.table import NOBODY, UNKNOWN, provider_of
from ..records import clean
from ..records import reading as readings
from ..records.reading import Reading
from .access import is_inside_error
from .client_diagnostics import DiagnosticsCollector
from .fail_open import guarded
from .http_version import accept_http_1, offer_http_1
from .intercept import decrypts, needs_client_certificate
from .keepalive import keep_alive
from .lazy import answer_hello_first, connect_on_request
from .patches.own_listener import is_own_address_error, is_own_literal, own_address_error
from .request_head import destination
from .trust import certified_names
from .upstream_trust import why_refused
from .worker_output import WorkerOutput, new_id

# How mitmproxy's own check of names says it.
_STOCK_OWN_ADDRESS = "Request destination unknown."


class Connections:
    """Passes connections to other than LLM hosts undecrypted, and counts how the others fail."""

    def __init__(self, settings: Settings, output: WorkerOutput, diagnostics: DiagnosticsCollector) -> None:
        self._intercept = settings.intercept
        self._table = settings.table
        self._output = output
        self._diagnostics = diagnostics
        self._certified: Names | None = None
        self._has_client_certificates = False
        self._has_http_1_only = settings.upstream_http2 == "never"

    def configure(self, updated: set[str]) -> None:
        if "client_certs" in updated:
            self._has_client_certificates = bool(ctx.options.client_certs)

    def running(self) -> None:
        self._certified = certified_names()

    @guarded
    def client_connected(self, client: connection.Client) -> None:
        _keep_alive(client.id, client)
        connect_on_request(client, ctx.master.addons.get("proxyserver"))
        self._diagnostics.connected(client)

    @guarded
    def http_connect(self, flow: http.HTTPFlow) -> None:
        self._diagnostics.tunnel(flow)

    @guarded
    def server_connect(self, data: ServerConnectionHookData) -> None:
        if self._has_http_1_only and data.client.tls_established and data.client.alpn != b"h2":
            offer_http_1(data.server, data.client.alpn_offers)
        address = data.server.address
        if (data.server.error or "").startswith(_STOCK_OWN_ADDRESS) or (address and is_own_literal(*address[:2])):
            data.server.error = own_address_error()

    @guarded
    def server_connected(self, data: ServerConnectionHookData) -> None:
        _keep_alive(data.client.id, data.server)

    @guarded
    def server_connect_error(self, data: ServerConnectionHookData) -> None:
        if is_own_address_error(data.server.error):
            self._diagnostics.own_address()

    @guarded
    def http_connect_error(self, flow: http.HTTPFlow) -> None:
        if is_own_address_error(flow.server_conn.error) or is_inside_error(flow.server_conn.error):
            return
        host, port = destination(flow)
        if flow.error is None and flow.response is not None and flow.response.status_code != 502:
            return
        if not decrypts(self._intercept, host, port, self._table):
            return
        self._output.append(
            Reading(
                id=new_id(),
                started_at=time.time_ns(),
                provider=(provider_of(host, port, self._table) or NOBODY).name,
                host=clean.name(host) or UNKNOWN,
                outcome=readings.NETWORK_ERROR,
            )
        )

    @guarded
    def tls_clienthello(self, data: tls.ClientHelloData) -> None:
        if isinstance(data.context.client.proxy_mode, ReverseMode):
            answer_hello_first(data)
            return
        address = data.context.server.address
        if address is None:
            # TLS to the proxy itself: what it carries names its servers later.
            accept_http_1(data.context.client, data.client_hello.alpn_protocols)
            return
        name = data.client_hello.sni or address[0]
        if needs_client_certificate(name, self._intercept) and not self._has_client_certificates:
            data.ignore_connection = True
            self._diagnostics.passed(name, "it wants the client's certificate: set client_certs")
            return
        data.ignore_connection = not decrypts(self._intercept, name, address[1], self._table)
        if not data.ignore_connection and self._certified and not self._certified.cover(name):
            data.ignore_connection = True
            self._diagnostics.passed(name, "the CA doesn't cover it: restart farebox")
            return
        if data.ignore_connection:
            is_ours = decrypts(self._intercept, *address, self._table)
            self._diagnostics.passed(name, f"asked for as {clean.name(address[0])}" if is_ours else "")
        elif self._has_http_1_only:
            offer_http_1(data.context.server, data.client_hello.alpn_protocols)

    @guarded
    def tls_failed_client(self, data: tls.TlsData) -> None:
        self._diagnostics.tls_failed(data.context.client, data.conn.sni)

    @guarded
    def tls_failed_server(self, data: tls.TlsData) -> None:
        if reason := why_refused(data):
            host = data.context.server.address[0] if data.context.server.address else None
            self._diagnostics.unverified(data.conn.sni or host, reason)

    @guarded
    def tcp_message(self, flow: tcp.TCPFlow) -> None:
        flow.messages.clear()

    @guarded
    def udp_message(self, flow: udp.UDPFlow) -> None:
        flow.messages.clear()

    def give_up(self, _data: object, error: Exception) -> None:
        self._output.fault("proxy", error)


def _keep_alive(client_id: str, one: connection.Connection) -> None:
    """Keep a connection alive that belongs to the client with this id."""
    handler = ctx.master.addons.get("proxyserver").connections.get(client_id)
    transport = handler.transports.get(one) if handler else None
    if transport and isinstance(transport.writer, asyncio.StreamWriter):
        keep_alive(transport.writer.get_extra_info("socket"))
