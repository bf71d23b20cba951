"""LibreChat's turns through a real sidecar to local providers, by one of the ways in."""

import json
import sys
from itertools import batched
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.librechat_provider import PROVIDERS, Answers
from tests.support.node import node
from tests.support.paths import SUPPORT
from tests.support.sidecar import Sidecar, clean_environment, redirected
from tests.support.upstream import Asked, Upstream
from tests.support.watcher import run

LIBRECHAT_YAML = "endpoints:\n  all:\n    titlePrompt: |-\n      Name this talk in three words.\n\n      {convo}\n"
PINNED = SUPPORT / "librechat"
_ROUTES = "[{prefix: /ollama, url: 'http://ollama:11434'}]"


class Played(NamedTuple):
    """The error of each turn, if it had one, what the providers were asked, the rows, and each turn's calls."""

    outcome: dict[str, str | None]
    asked: list[Asked]
    rows: list[dict[str, Any]]
    turns: dict[str, int]

    def of(self, provider: str) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["provider"] == provider]

    def of_turn(self, name: str) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["conversation"] == f"conversation-{name}"]


def play(way: str, turns: tuple[str, ...], folder: Path, program: Path = PINNED) -> Played:
    """Play `turns` with the library that is installed in `program`; `folder` is for the sidecar's files.

    The sidecar has the rules that `farebox librechat check --write-rules` writes for LIBRECHAT_YAML.
    """
    (folder / "librechat.yaml").write_text(LIBRECHAT_YAML)
    _farebox(folder, "librechat", "check", "--write-rules", "librechat.yaml")
    with (
        Upstream(Answers(), hosts=PROVIDERS) as provider,
        Sidecar(
            folder / "home", *redirected(provider, folder), environment={"FAREBOX_ROUTES": _ROUTES}, cwd=folder
        ) as sidecar,
    ):
        environment = {} if way == "routes" else {"NODE_EXTRA_CA_CERTS": sidecar.ca}
        if way == "environment":
            environment |= {"HTTP_PROXY": sidecar.proxy, "HTTPS_PROXY": sidecar.proxy, "NODE_USE_ENV_PROXY": "1"}
        outcome: dict[str, str | None] = {}
        # mitmproxy opens five connections to one address for one client connection, and here every host has the same.
        for some in batched(turns, 5):
            printed = node("turns.mjs", way, sidecar.proxy, *some, environment=environment, seconds=120, folder=program)
            outcome |= json.loads(printed.splitlines()[-1])
        rows = sidecar.rows(len(provider.asked))
        told = json.loads(_farebox(folder, "report", "--by", "turn", "--since", "all", "--format", "json"))
        return Played(outcome, provider.asked, rows, {row["turn"]: row["calls"] for row in told["rows"]})


def _farebox(folder: Path, *arguments: str) -> str:
    environment = {**clean_environment(), "FAREBOX_HOME": str(folder / "home")}
    command = [sys.executable, "-m", "farebox", *arguments]
    return run(command, cwd=folder, env=environment, timeout=120).stdout
