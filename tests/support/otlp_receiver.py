"""A receiver of OTLP over HTTP: it decodes metrics with OpenTelemetry's own protocol package."""

import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)

Labels = dict[str, str]


class OtlpReceiver:
    """Keeps what came last; answers with `status`."""

    def __init__(self) -> None:
        self.status = 200
        self.paths: list[str] = []
        self.latest = ExportMetricsServiceRequest()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                receiver.paths.append(self.path)
                receiver.latest = ExportMetricsServiceRequest.FromString(body)
                self.send_response(receiver.status)
                answer = ExportMetricsServiceResponse().SerializeToString()
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def metrics(self) -> dict[str, Any]:
        """The latest metrics, by name."""
        scopes = [scope for resource in self.latest.resource_metrics for scope in resource.scope_metrics]
        return {metric.name: metric for scope in scopes for metric in scope.metrics}

    @property
    def resource(self) -> Labels:
        return labels(self.latest.resource_metrics[0].resource)

    def total(self, name: str, **wanted: str) -> float:
        """Return the sum of a metric's points with the attributes `wanted`, whose dots are underscores here."""
        if name not in self.metrics:
            return 0
        metric = self.metrics[name]
        points = getattr(metric, metric.WhichOneof("data")).data_points
        chosen = [one for one in points if wanted.items() <= underscored(labels(one)).items()]
        return sum(float(one.sum) if metric.HasField("histogram") else float(one.as_double) for one in chosen)


def labels(holder: Any) -> Labels:
    return {one.key: one.value.string_value for one in holder.attributes}


def underscored(named: Labels) -> Labels:
    return {name.replace(".", "_"): value for name, value in named.items()}
