"""The environment that sends a client through the proxy and has it trust the CA. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

# Read by one client or another; set where the environment has them already, as they would win over SSL_CERT_FILE.
OTHER_BUNDLES = (
    "AWS_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "HTTPLIB2_CA_CERTS",
    "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
    "CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE",
    "NIX_SSL_CERT_FILE",
    "DENO_CERT",
)


@dataclass(frozen=True, slots=True)
class ProxyEndpoint:
    """Where a client goes: the proxy's URL, the CA's certificate, and a bundle of it and the system's roots."""

    proxy: str
    certificate: str
    bundle: str


def client_variables(endpoint: ProxyEndpoint, no_proxy: str) -> dict[str, str]:
    """Return the variables that Python, Node and curl read, in the spelling of most."""
    return {
        "HTTPS_PROXY": endpoint.proxy,
        "HTTP_PROXY": endpoint.proxy,
        # curl reads this one in lower case alone.
        "http_proxy": endpoint.proxy,
        "NO_PROXY": no_proxy,
        # Python's TLS and most others replace their roots by these.
        "SSL_CERT_FILE": endpoint.bundle,
        "REQUESTS_CA_BUNDLE": endpoint.bundle,
        # curl takes SSL_CERT_DIR, where a system sets it, before SSL_CERT_FILE, and this one before both.
        "CURL_CA_BUNDLE": endpoint.bundle,
        # Node adds this one to its own, and minds the proxy from version 22.21 and 24 on.
        "NODE_EXTRA_CA_CERTS": endpoint.certificate,
        "NODE_USE_ENV_PROXY": "1",
    }


def client_environment(before: Mapping[str, str], endpoint: ProxyEndpoint) -> dict[str, str]:
    """Return the environment `before`, changed so that a program started in it calls through the proxy.

    Its NO_PROXY stays; without one nothing goes round the proxy, as LLMs run on this machine too.
    """
    no_proxy = before.get("NO_PROXY") or before.get("no_proxy") or ""
    variables = client_variables(endpoint, no_proxy)
    # One that is set in lower case may win.
    lower = {name.lower(): value for name, value in variables.items() if name.endswith("_PROXY") and name.isupper()}
    lower.pop("node_use_env_proxy", None)
    bundles = {name: endpoint.bundle for name in OTHER_BUNDLES if before.get(name)}
    return {**before, **variables, **lower, **bundles}
