"""The environment variables that send a client through the proxy and make it trust the CA. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

# Each is read by some client, which has roots of its own or prefers it to SSL_CERT_FILE: gRPC, the AWS and Google Cloud
# command lines, git, Deno, Codex. The bundle holds the system's roots too, as most of them replace theirs by it.
OTHER_BUNDLES = (
    "AWS_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "HTTPLIB2_CA_CERTS",
    "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
    "CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE",
    "NIX_SSL_CERT_FILE",
    "DENO_CERT",
    "CODEX_CA_CERTIFICATE",
)

# They can hold passwords, for which a client has no use: those of the ledger, of the company's proxy, of mitmproxy's
# options, of destinations.
_OURS = frozenset(
    {
        "FAREBOX_LEDGER",
        "FAREBOX_UPSTREAM_PROXY",
        "FAREBOX_SET",
        "FAREBOX_DESTINATIONS",
        "FAREBOX_READER_PASSWORD",
    }
)


@dataclass(frozen=True, slots=True)
class ProxyEndpoint:
    """The proxy's URL, and the files of the CA's certificate and of a bundle of it and the system's roots."""

    proxy: str
    certificate: str
    bundle: str


def client_variables(endpoint: ProxyEndpoint, no_proxy: str) -> dict[str, str]:
    """Return the variables that Python, Node and curl read, in their usual spelling."""
    return {
        "HTTPS_PROXY": endpoint.proxy,
        "HTTP_PROXY": endpoint.proxy,
        # curl reads this one only in lower case.
        "http_proxy": endpoint.proxy,
        "NO_PROXY": no_proxy,
        # Python's TLS and most other clients replace their roots with this bundle.
        "SSL_CERT_FILE": endpoint.bundle,
        "REQUESTS_CA_BUNDLE": endpoint.bundle,
        # curl prefers SSL_CERT_DIR, which some systems set, to SSL_CERT_FILE, and this one to both.
        "CURL_CA_BUNDLE": endpoint.bundle,
        # Node adds this certificate to its roots, and uses the proxy from versions 22.21 and 24.
        "NODE_EXTRA_CA_CERTS": endpoint.certificate,
        "NODE_USE_ENV_PROXY": "1",
    }


def client_environment(
    before: Mapping[str, str], endpoint: ProxyEndpoint, secrets: Collection[str] = ()
) -> dict[str, str]:
    """Return the environment `before`, changed so that a program in it calls through the proxy.

    The variables `secrets`, and those of farebox's that can hold a password, are not for the program.
    Its NO_PROXY stays; without one nothing bypasses the proxy, as LLMs run on this machine too.
    """
    no_proxy = before.get("NO_PROXY") or before.get("no_proxy") or ""
    variables = client_variables(endpoint, no_proxy)
    # Some clients prefer the variables in lower case.
    lower = {name.lower(): value for name, value in variables.items() if name.endswith("_PROXY") and name.isupper()}
    lower.pop("node_use_env_proxy", None)
    bundles = dict.fromkeys(OTHER_BUNDLES, endpoint.bundle)
    kept = {name: value for name, value in before.items() if name not in _OURS and name not in secrets}
    return {**kept, **variables, **lower, **bundles}
