"""The clients of the matrix, and how each is told of a proxy, of a CA and of a base URL."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.sidecar import clean_environment

PROGRAMS = Path(__file__).with_name("programs")
# Their prefix on the proxy's own port; Bedrock's is one of our own, in settings.
ROUTES = {
    "api.openai.com": "/openai",
    "api.anthropic.com": "/anthropic",
    "generativelanguage.googleapis.com": "/google",
    "bedrock-runtime.us-east-1.amazonaws.com": "/bedrock",
    "api.mistral.ai": "/mistral",
    "api.cohere.com": "/cohere",
}
_CURL_BODY = '{"model":"gpt-4o","stream":true,"stream_options":{"include_usage":true},"messages":[]}'


@dataclass(frozen=True)
class Programs:
    """Where the clients are installed; those that are None can't run."""

    python: Path = Path(sys.executable)
    node: Path | None = None
    go: Path | None = None
    java: Path | None = None
    trust_store: Path | None = None


@dataclass(frozen=True)
class Client:
    """One client: its provider's host, and what it can't do."""

    name: str
    host: str
    has_http_2: bool = False
    # Java's client knows no TLS to a proxy.
    has_tls_to_proxy: bool = True

    @property
    def sdk(self) -> str:
        return self.name.partition(" ")[0]


CLIENTS = (
    Client("openai (Python)", "api.openai.com", has_http_2=True),
    Client("anthropic (Python)", "api.anthropic.com", has_http_2=True),
    Client("google (Python)", "generativelanguage.googleapis.com"),
    Client("bedrock (Python)", "bedrock-runtime.us-east-1.amazonaws.com"),
    Client("mistral (Python)", "api.mistral.ai"),
    Client("cohere (Python)", "api.cohere.com"),
    Client("openai (Node)", "api.openai.com"),
    Client("anthropic (Node)", "api.anthropic.com"),
    Client("curl", "api.openai.com", has_http_2=True),
    Client("Go", "api.openai.com", has_http_2=True),
    Client("Java", "api.openai.com", has_http_2=True, has_tls_to_proxy=False),
)


def command(
    client: Client, programs: Programs, base: str, proxy: str, ca: Path, *, is_http_2: bool
) -> list[str] | None:
    """Return the client's command line for one call; None if it isn't installed."""
    more = ["h2"] if is_http_2 else []
    if client.name == "curl":
        version = "--http2" if is_http_2 else "--http1.1"
        headers = ["-H", "content-type: application/json", "-H", "authorization: Bearer sk-test"]
        url = f"{base}/v1/chat/completions"
        trusting = ["--proxy-cacert", str(ca)]
        return ["curl", "-sS", "-i", version, "--suppress-connect-headers", *trusting, *headers, "-d", _CURL_BODY, url]
    if client.name == "Go":
        return [str(programs.go), base, *more] if programs.go else None
    if client.name == "Java":
        trust = [f"-Djavax.net.ssl.trustStore={programs.trust_store}", "-Djavax.net.ssl.trustStorePassword=changeit"]
        more = ["h2" if is_http_2 else "h1", *([proxy.rpartition(":")[2]] if proxy else [])]
        return [str(programs.java), *trust, str(PROGRAMS / "Ask.java"), base, *more] if programs.java else None
    if "Node" in client.name:
        return ["node", str(programs.node / "ask.mjs"), client.sdk, base] if programs.node else None
    return [str(programs.python), str(PROGRAMS / "ask.py"), client.sdk, base, *more]


def environment(proxy: str, ca: Path) -> Mapping[str, str]:
    """Return the environment in which a client uses `proxy`, if there is one, and trusts `ca` alone."""
    trusting = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
    keys = {"AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}
    proxies = {"HTTPS_PROXY": proxy, "https_proxy": proxy} if proxy else {}
    return {**clean_environment(), **dict.fromkeys(trusting, str(ca)), **keys, **proxies}
