"""The environment variables that send a client through the proxy."""

import pytest
from farebox.process.client_environment import OTHER_BUNDLES, ProxyEndpoint, client_environment, client_variables

ENDPOINT = ProxyEndpoint("http://127.0.0.1:8080", "/data/cert.pem", "/data/bundle.pem")


def test_a_client_gets_proxy_and_trust_in_every_spelling() -> None:
    found = client_environment({"PATH": "/bin", "http_proxy": "http://other:1"}, ENDPOINT)

    assert found == {
        "PATH": "/bin",
        **dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), "http://127.0.0.1:8080"),
        **dict.fromkeys(("NO_PROXY", "no_proxy"), ""),
        "SSL_CERT_FILE": "/data/bundle.pem",
        "REQUESTS_CA_BUNDLE": "/data/bundle.pem",
        "CURL_CA_BUNDLE": "/data/bundle.pem",
        "NODE_EXTRA_CA_CERTS": "/data/cert.pem",
        "NODE_USE_ENV_PROXY": "1",
        **dict.fromkeys(OTHER_BUNDLES, "/data/bundle.pem"),
    }


@pytest.mark.parametrize(
    "name", ["GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", "AWS_CA_BUNDLE", "GIT_SSL_CAINFO", "CURL_CA_BUNDLE", "SSL_CERT_FILE"]
)
def test_each_client_trusts_the_ca_also_if_the_environment_was_empty(name: str) -> None:
    assert client_environment({}, ENDPOINT)[name] == "/data/bundle.pem"
    assert client_environment({name: "/etc/roots.pem"}, ENDPOINT)[name] == "/data/bundle.pem"


@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_hosts_that_the_user_excludes_still_bypass_the_proxy(name: str) -> None:
    found = client_environment({name: "db.internal,localhost"}, ENDPOINT)

    assert (found["NO_PROXY"], found["no_proxy"]) == ("db.internal,localhost", "db.internal,localhost")


def test_the_variables_are_those_of_the_environment() -> None:
    assert client_variables(ENDPOINT, "").items() <= client_environment({}, ENDPOINT).items()


@pytest.mark.parametrize(
    "name", ["FAREBOX_LEDGER", "FAREBOX_UPSTREAM_PROXY", "FAREBOX_SET", "FAREBOX_DESTINATIONS", "HOOK"]
)
def test_secrets_do_not_go_to_the_client(name: str) -> None:
    before = {name: "postgresql://u:secret@db/x", "FAREBOX_HOME": "/data"}

    found = client_environment(before, ENDPOINT, secrets={"HOOK"})

    assert name not in found
    assert found["FAREBOX_HOME"] == "/data"
