"""How far 200 concurrent clients exceed a budget that refuses calls, and whether calls pass without the recorder.

`PYTHONPATH=addons python -m benchmarks.budget_overshoot`. Each call costs 0.0075 USD and takes 0.2 s at the provider.
"""

import asyncio
import json
import ssl
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx2

from tests.support.sidecar import Sidecar, redirected
from tests.support.upstream import Asked, Pause, Upstream, plain

URL = "https://api.openai.com/v1/chat/completions"
CLIENTS = 200
LIMIT_USD = 3.0
CALL_USD = 0.0075
ANSWER_SECONDS = 0.2
SETTINGS = f"budgets: [{{name: office, scope: all, limit: {LIMIT_USD} USD, window: day, enforce: refuse}}]"


def answer(asked: Asked) -> Any:
    usage = {"prompt_tokens": 1000, "completion_tokens": 500, "total_tokens": 1500}
    body = {"id": "c", "model": json.loads(asked.body)["model"], "choices": [], "usage": usage}
    return [Pause(ANSWER_SECONDS), *plain(json.dumps(body).encode())]


async def client(sidecar: Sidecar, context: ssl.SSLContext, passed: list[float]) -> None:
    async with httpx2.AsyncClient(proxy=sidecar.proxy, verify=context, timeout=120) as http:
        while True:
            response = await http.post(URL, json={"model": "gpt-4o", "messages": []})
            if response.status_code == 429:
                return
            passed.append(time.monotonic())


async def crowd(sidecar: Sidecar) -> list[float]:
    passed: list[float] = []
    context = ssl.create_default_context(cafile=sidecar.ca)
    await asyncio.gather(*(client(sidecar, context, passed) for _ in range(CLIENTS)))
    return sorted(passed)


def main() -> None:
    with tempfile.TemporaryDirectory() as name, Upstream(answer) as upstream:
        folder = Path(name)
        (folder / "farebox.yaml").write_text(SETTINGS, encoding="utf-8")
        arguments = (*redirected(upstream, folder), "--config", str(folder / "farebox.yaml"))
        with Sidecar(folder / "home", *arguments) as sidecar:
            passed = asyncio.run(crowd(sidecar))
    least = round(LIMIT_USD / CALL_USD)
    after = passed[-1] - passed[min(least, len(passed)) - 1]
    over = len(passed) / least - 1
    per_second = len(passed) / (passed[-1] - passed[0])
    print(f"{len(passed)} calls passed, the budget has {least}: {over:.0%} over, {after:.1f} s after it was used up")
    print(f"{per_second:.0f} calls a second by {CLIENTS} clients; {len(passed) * CALL_USD:.2f} USD of {LIMIT_USD:.2f}")


if __name__ == "__main__":
    main()
