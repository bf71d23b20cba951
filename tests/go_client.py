"""`make go-client`: embed texts from Go, as a vector database does, and check that each call is a row. Requires Go.

Go's net/http reads HTTPS_PROXY, and on Linux the roots of SSL_CERT_FILE.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

from tests.support.paths import SUPPORT
from tests.support.sidecar import Sidecar, clean_environment, redirected
from tests.support.upstream import Asked, Step, Upstream, plain
from tests.support.watcher import run

PROGRAM = SUPPORT / "go" / "embed.go"
HOSTS = ("api.openai.com", "api.cohere.com")
WANTED = [
    ("openai", "text-embedding-3-small", "embedding", 200, 5, "reported"),
    ("cohere", "embed-multilingual-v3.0", "embedding", 200, 6, "reported"),
]
_OPENAI = {
    "object": "list",
    "model": "text-embedding-3-small",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.1, 0.2]}],
    "usage": {"prompt_tokens": 5, "total_tokens": 5},
}
_COHERE = {
    "id": "e-1",
    "embeddings": {"float": [[0.1, 0.2]]},
    "texts": ["a river"],
    "meta": {"api_version": {"version": "2"}, "billed_units": {"input_tokens": 6}},
}


def main() -> int:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with Upstream(_answer, hosts=HOSTS) as provider, Sidecar(folder / "home", *redirected(provider, folder)) as one:
            environment = {**clean_environment(), "HTTPS_PROXY": one.proxy, "SSL_CERT_FILE": str(one.ca)}
            environment |= {"GOCACHE": os.environ.get("GOCACHE", str(folder / "cache")), "GO111MODULE": "off"}
            done = run(["go", "run", PROGRAM], env=environment, timeout=500)
            print(done.stdout + done.stderr, end="")
            rows = one.rows(len(WANTED))
    found = [_figures(row) for row in rows]
    print(*found, sep="\n")
    return 0 if found == WANTED and done.returncode == 0 else 1


def _answer(asked: Asked) -> list[Step]:
    return plain(json.dumps(_COHERE if asked.target.endswith("/embed") else _OPENAI).encode())


def _figures(row: dict[str, object]) -> tuple[object, ...]:
    model = row["model_returned"] or row["model_requested"]
    return row["provider"], model, row["purpose"], row["status"], row["input_tokens"], row["usage_source"]


if __name__ == "__main__":
    sys.exit(main())
