"""A chat program like any other: it asks OpenAI one question and prints the answer as it comes.

    farebox run --demo -- python -m farebox.demo.chat

It knows nothing of farebox: Python reads the proxy and the CA from the environment that `farebox run` sets.
"""

import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator

_URL = "https://api.openai.com/v1/chat/completions"
_MODEL = "gpt-4o"
_KEY = "sk-demo"
_SECONDS = 30.0
_HELP = "run it behind farebox, where a made-up provider answers: farebox run --demo -- python -m farebox.demo.chat"


def main(arguments: list[str]) -> int:
    """Ask the question in `arguments`, or one of its own, and return the exit code."""
    if not os.environ.get("HTTPS_PROXY"):
        sys.stderr.write(f"chat: {_HELP}\n")
        return 2
    question = " ".join(arguments) or "Tell me about the river."
    sys.stdout.write(f"> {question}\n")
    try:
        with urllib.request.urlopen(_request(question), timeout=_SECONDS) as answer:  # noqa: S310 - the URL is a constant
            for text in texts(answer):
                sys.stdout.write(text)
                sys.stdout.flush()
    except (urllib.error.URLError, TimeoutError) as error:
        sys.stderr.write(f"chat: {error}: {_HELP}\n")
        return 1
    sys.stdout.write("\n")
    return 0


def texts(lines: Iterable[bytes]) -> Iterator[str]:
    """Yield the texts of a streamed answer, without the space before the first."""
    for number, text in enumerate(_deltas(lines)):
        yield text if number else text.lstrip()


def _deltas(lines: Iterable[bytes]) -> Iterator[str]:
    for line in lines:
        data = line.removeprefix(b"data: ").strip()
        if data.startswith(b"{"):
            for choice in json.loads(data)["choices"]:
                if text := choice["delta"].get("content"):
                    yield text


def _request(question: str) -> urllib.request.Request:
    body = {
        "model": _MODEL,
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [{"role": "user", "content": question}],
    }
    headers = {"Authorization": f"Bearer {_KEY}", "Content-Type": "application/json"}
    return urllib.request.Request(_URL, json.dumps(body).encode(), headers)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
