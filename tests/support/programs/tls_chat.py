"""Make one chat call to an address under a host's name; print the issuer of its certificate and the status."""

import json
import socket
import ssl
import sys
from typing import Any

address, host, roots = sys.argv[1:]
body = b'{"model": "gpt-4o", "messages": []}'
head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
context = ssl.create_default_context(cafile=roots)
with (
    socket.create_connection((address, 443), timeout=15) as connection,
    context.wrap_socket(connection, server_hostname=host) as tunnel,
):
    tunnel.sendall(head.encode() + body)
    status = tunnel.recv(1 << 16).split(b" ")[1].decode()
    certificate: Any = tunnel.getpeercert()
issuer = dict(pair for group in certificate["issuer"] for pair in group)
print(json.dumps({"issuer": issuer["organizationName"], "status": int(status)}))
