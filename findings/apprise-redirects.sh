#!/usr/bin/env bash
# Apprise reports success for a notification that a redirect has lost.
#
# Surprise: Apprise posts with requests' default of following redirects. After a 301, 302 or 303, requests sends a GET without the
# body, as browsers do; its 200 counts as "notification sent", and the result is true. The receiver never gets the text. After a 307
# or 308 the body is sent again, and all is well. `redirect=no` in the URL, or AppriseAsset(http_redirects=False), makes it a failure.
# Two more that code written against a plain True or False gets wrong: notify() returns an object, so `is True` is false after
# success; and with a title alone nothing is sent.
# Why it matters: a webhook whose address moves (http to https, a trailing slash, a login page) is the common way for alerts to be lost,
# and a budget alert that is marked as sent is never sent again.
# What farebox does: it turns redirects off, never sends an empty text, and counts as taken what is true and went to a service.
#
# Usage: findings/apprise-redirects.sh [VERSION]. Exit: 0 as described, 1 mended or changed, 2 could not be tried.
set -euo pipefail
version="${1:-2.3.0}"
python="${PYTHON:-python3}"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' || { echo "needs Python 3.12 or newer: set PYTHON" >&2; exit 2; }
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
timeout 120 "$python" -m venv "$folder/venv" && timeout 500 "$folder/venv/bin/pip" install --quiet --quiet \
    "apprise==$version" || { echo "could not install the packages" >&2; exit 2; }

cat >"$folder/check.py" <<'PYTHON'
import http.server
import logging
import threading
from importlib.metadata import version

import apprise

seen = []


class Handler(http.server.BaseHTTPRequestHandler):
    """Redirects /STATUS to /moved, and notes what comes."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        seen.append(f"{self.command} {self.path} {'with' if b'Budget' in body else 'without'} text")
        status = int(self.path[1:]) if self.path[1:].isdigit() else 200
        self.send_response(status)
        if status != 200:
            self.send_header("location", "/moved")
        self.send_header("content-length", "0")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
logging.getLogger("apprise").setLevel(logging.CRITICAL)


def notify(path, body="Budget is used up"):
    seen.clear()
    service = apprise.Apprise()
    service.add(f"json://127.0.0.1:{server.server_port}/{path}")
    return service.notify(title="Budget", body=body), list(seen)


print("apprise", version("apprise"), "requests", version("requests"))
print("expected: a result that is true only if the receiver got the text")
print("seen:     answer        result   the receiver got")
found = {}
for path in ("200", "302", "307", "302?redirect=no"):
    result, came = found[path] = notify(path)
    print(f"          {path:13} {bool(result)!s:8} {', '.join(came)}")
title, came = notify("200", body="")
print(f"          title alone   {bool(title)!s:8} {', '.join(came) or 'nothing'}")
print(f"          the result after success `is True`: {found['200'][0] is True}")
lost = bool(found["302"][0]) and found["302"][1][-1] == "GET /moved without text"
kept = bool(found["307"][0]) and found["307"][1][-1] == "POST /moved with text"
refused = not found["302?redirect=no"][0]
plain = found["200"][0] is True
raise SystemExit(not (lost and kept and refused and not title and not came and not plain))
PYTHON
timeout 60 "$folder/venv/bin/python" "$folder/check.py"
