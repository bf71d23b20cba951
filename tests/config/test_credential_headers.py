"""Headers that hold credentials are known by the words of their names."""

import pytest
from farebox.config.credential_headers import credential_word
from farebox.config.settings import load
from farebox.errors import SettingsError

CREDENTIALS = {
    "authorization": "authorization",
    "Authorization": "authorization",
    "proxy-authorization": "authorization",
    "cf-aig-authorization": "authorization",
    "x-goog-iam-authorization-token": "authorization",
    "helicone-auth": "auth",
    "x-auth": "auth",
    "x-auth-token": "auth",
    "x-auth-key": "auth",
    "x-auth-request-access-token": "auth",
    "x-oauth": "oauth",
    "authentication": "authentication",
    "www-authenticate": "authenticate",
    "x-api-key": "key",
    "api-key": "key",
    "apikey": "apikey",
    "x-apikey": "apikey",
    "api_key": "key",
    "xi-api-key": "key",
    "x-key": "key",
    "x-subscriptionkey": "subscriptionkey",
    "openai-api-keys": "keys",
    "x-goog-api-key": "key",
    "ocp-apim-subscription-key": "key",
    "x-functions-key": "key",
    "x-rapidapi-key": "key",
    "x-portkey-virtual-key": "key",
    "x-amz-security-token": "token",
    "x-amzn-oidc-accesstoken": "accesstoken",
    "x-csrf-token": "token",
    "private-token": "token",
    "x-vault-token": "token",
    "x-session-token": "token",
    "x-goog-iap-jwt-assertion": "jwt",
    "cf-access-jwt-assertion": "jwt",
    "x-saml-assertion": "assertion",
    "x-bearer": "bearer",
    "dpop": "dpop",
    "x-client-secret": "secret",
    "cf-access-client-secrets": "secrets",
    "x-credential": "credential",
    "x-credentials": "credentials",
    "x-password": "password",
    "x-userpassword": "userpassword",
    "x-passwd": "passwd",
    "x-pwd": "pwd",
    "x-user-pass": "pass",
    "x-passphrase": "passphrase",
    "x-passcode": "passcode",
    "x-otp": "otp",
    "cookie": "cookie",
    "set-cookie": "cookie",
    "cookies": "cookies",
    "cookie2": "cookie2",
    "x-hub-signature": "signature",
    "x-sig": "sig",
    "x-request-hmac": "hmac",
    " X-Api-Key ": "key",
}


@pytest.mark.parametrize(("header", "word"), CREDENTIALS.items())
def test_a_header_that_holds_a_credential_is_known_by_a_word(header: str, word: str) -> None:
    assert credential_word(header) == word


@pytest.mark.parametrize(
    "header",
    [
        *("x-team", "x-user-id", "x-project", "x-cost-center", "x-request-id", "traceparent", "baggage", "user-agent"),
        *("helicone-user-id", "helicone-property-session", "openai-organization", "x-ibm-client-id", "x-conversation"),
        *("cf-access-authenticated-user-email", "x-author", "x-authority", "x-max-tokens", "x-tokens", "x-keyboard"),
        *("x-compass", "x-bypass", "x-design", "x-secretary", "x-passenger", "x-signed-by", "x-laptop"),
        *("x-portkey-trace-id", "x-portkey-metadata", "x-monkey"),
        *("idempotency-key", "X-Idempotency-Key", "x-auth-request-user", "x-auth-request-email"),
        *("x-auth-request-groups", "x-auth-request-preferred-username"),
    ],
)
def test_other_headers_are_not(header: str) -> None:
    assert credential_word(header) is None


@pytest.mark.parametrize("header", CREDENTIALS)
def test_a_header_that_holds_a_credential_is_refused_as_a_tag(header: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load({"attribution": {"tags": ["x-team", header]}}, environment={})

    assert str(refused.value) == (
        f"attribution.tags: {header} is refused: headers with {CREDENTIALS[header]!r} in their name hold "
        "credentials, which are never stored. Send the tag in a header with another name, such as x-team"
    )


def test_tags_of_other_headers_are_accepted() -> None:
    tags = ["X-Team", "idempotency-key", "x-auth-request-user"]

    assert load({"attribution": {"tags": tags}}, environment={}).attribution.tags == tuple(map(str.lower, tags))
