"""LibreChat's turns through a real sidecar to local providers, by one of the ways in."""

import json
from itertools import batched
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.librechat_provider import PROVIDERS, Answers
from tests.support.node import node
from tests.support.paths import SUPPORT
from tests.support.sidecar import Sidecar, redirected
from tests.support.upstream import Asked, Upstream

PINNED = SUPPORT / "librechat"
_ROUTES = "[{prefix: /ollama, url: 'http://ollama:11434'}]"


class Played(NamedTuple):
    """The error of each turn, if it had one, what the providers were asked, and the ledger's rows."""

    outcome: dict[str, str | None]
    asked: list[Asked]
    rows: list[dict[str, Any]]

    def of(self, provider: str) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["provider"] == provider]

    def of_turn(self, name: str) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["conversation"] == f"conversation-{name}"]


def play(way: str, turns: tuple[str, ...], folder: Path, program: Path = PINNED) -> Played:
    """Play `turns` with the library that is installed in `program`; `folder` is for the sidecar's files."""
    with (
        Upstream(Answers(), hosts=PROVIDERS) as provider,
        Sidecar(folder / "home", *redirected(provider, folder), environment={"FAREBOX_ROUTES": _ROUTES}) as sidecar,
    ):
        environment = {} if way == "routes" else {"NODE_EXTRA_CA_CERTS": sidecar.ca}
        if way == "environment":
            environment |= {"HTTP_PROXY": sidecar.proxy, "HTTPS_PROXY": sidecar.proxy, "NODE_USE_ENV_PROXY": "1"}
        outcome: dict[str, str | None] = {}
        # mitmproxy opens five connections to one address for one client connection, and here every host has the same.
        for some in batched(turns, 5):
            printed = node("turns.mjs", way, sidecar.proxy, *some, environment=environment, seconds=120, folder=program)
            outcome |= json.loads(printed.splitlines()[-1])
        return Played(outcome, provider.asked, sidecar.rows(len(provider.asked)))
