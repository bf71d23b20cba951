"""Flows and the add-ons of a worker without sockets, by mitmproxy's own test helpers: for tests of single hooks."""

from collections.abc import Awaitable, Mapping
from pathlib import Path
from typing import Any, Self

from farebox.config.settings import load
from farebox.dialects.openai_chat import DIALECT
from farebox.providers.table import PROVIDERS
from farebox.proxy.addon import Sidecar
from farebox.proxy.capture import CaptureOptions
from farebox.proxy.client_diagnostics import DiagnosticsCollector
from farebox.proxy.connections import Connections
from farebox.proxy.exchange import Exchange
from farebox.proxy.worker_output import WorkerOutput
from farebox.records.reading import Reading, decode
from farebox.spool.reader import SpoolReader
from farebox.spool.telemetry import Heartbeat, HeartbeatReceiver, HeartbeatSender
from farebox.spool.writer import SpoolWriter
from mitmproxy import http
from mitmproxy.test import tflow

URL = "https://api.openai.com/v1/chat/completions"
HMAC_KEY = b"hmac key"
JSON = {"content-type": "application/json"}
EVENTS = {"content-type": "text/event-stream"}
ANSWER = b'{"id": "r-1", "model": "gpt-4o", "choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 1}}'


def flow_of(
    url: str = URL, body: bytes = b'{"model": "gpt-4o"}', headers: Mapping[str, str] = JSON, method: str = "POST"
) -> http.HTTPFlow:
    """Return the flow of a request that has no answer yet."""
    flow = tflow.tflow(req=http.Request.make(method, url, body, _headers(headers)))
    # As mitmproxy has it, once it has verified the certificate.
    flow.server_conn.sni = flow.request.host if flow.request.scheme == "https" else None
    return flow


async def whole(hook: Awaitable[None] | None) -> None:
    """Await what a hook has returned, as mitmproxy does."""
    if hook is not None:
        await hook


def answered(
    flow: http.HTTPFlow, body: bytes = ANSWER, status: int = 200, headers: Mapping[str, str] = JSON
) -> http.Response:
    """Answer `flow`; return its answer."""
    flow.response = http.Response.make(status, body, _headers(headers))
    return flow.response


def exchange_of(flow: http.HTTPFlow | None = None, **options: Any) -> Exchange:
    """Return the exchange of a call to OpenAI."""
    given = {"call_id": "1", "capture": CaptureOptions(), "hmac_key": HMAC_KEY, **options}
    return Exchange(flow or flow_of(), DIALECT, PROVIDERS, **given)


def _headers(headers: Mapping[str, str]) -> http.Headers:
    return http.Headers([(name.encode(), value.encode()) for name, value in headers.items()])


class Worker:
    """The add-ons of one worker, with its spool and its heartbeats in `folder`."""

    def __init__(self, folder: Path, **values: Any) -> None:
        self.settings = load({"home": str(folder), "sidecar": "here", **values}, environment={})
        self.spool = SpoolWriter(self.settings.spool_folder, "worker")
        self._receiver = HeartbeatReceiver(folder)
        self.output = WorkerOutput(self.settings.sidecar, self.spool, HeartbeatSender(folder))
        self.diagnostics = DiagnosticsCollector()
        self.connections = Connections(self.settings, self.output, self.diagnostics)
        self.sidecar = Sidecar(self.settings, self.output, self.diagnostics, HMAC_KEY)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.spool.close()
        self.output._heartbeats.close()
        self._receiver.close()

    def readings(self) -> list[Reading]:
        """Return what was appended to the spool so far."""
        return [decode(message) for message in SpoolReader(self.settings.spool_folder, {}).read(1000).messages]

    def heartbeats(self) -> list[Heartbeat]:
        """Return the heartbeats since the last call."""
        return self._receiver.receive()

    def heartbeat(self) -> Heartbeat:
        """Send a heartbeat, and return what the recorder gets."""
        self.heartbeats()
        self.output.beat(0, self.diagnostics)
        [heartbeat] = self.heartbeats()
        return heartbeat
