"""Which request headers hold credentials, by the words of their names: such headers are never stored as tags."""

import re
from collections.abc import Iterator

from ..attribution.lines import Attribution

_WORDS = frozenset(
    {
        *("auth", "authorization", "authorisation", "authentication", "authenticate"),
        *("token", "jwt", "bearer", "assertion", "dpop"),
        *("key", "keys", "secret", "secrets", "credential", "credentials"),
        *("password", "passwd", "pwd", "pass", "passphrase", "passcode", "otp"),
        *("cookie", "cookies", "cookie2"),
        *("signature", "sig", "hmac"),
    }
)
# Words that are also written without a hyphen before them: apikey, accesstoken. Not every `key`: Portkey has none.
_ENDINGS = (
    *("auth", "authorization", "token", "secret", "credential", "credentials", "password", "cookie", "signature"),
    *(f"{kind}key" for kind in ("api", "access", "auth", "client", "license", "private", "secret", "subscription")),
)
# Names with such a word whose values prove nothing and give access to nothing.
_HARMLESS = frozenset(
    {
        *("idempotency-key", "x-idempotency-key"),
        # What oauth2-proxy passes on about a user that it has checked.
        *(f"x-auth-request-{name}" for name in ("user", "email", "groups", "preferred-username")),
    }
)


def problems(attribution: Attribution) -> Iterator[str]:
    """Yield each credential header that `attribution` would store, with the key and the fix."""
    headers = attribution.headers
    kept = {f"headers.{column}": getattr(headers, column) for column in headers.__struct_fields__}
    for key, names in {"tags": attribution.tags, **kept}.items():
        what = "tag" if key == "tags" else "value"
        for name in names:
            header = name.partition(".")[0]
            word = credential_word(header)
            if word:
                yield (
                    f"attribution.{key}: {header} is refused: headers with {word!r} in their name hold credentials, "
                    f"which are never stored. Send the {what} in a header with another name, such as x-team"
                )


def credential_word(header: str) -> str | None:
    """Return the word by which the name `header` is that of a credential, or None if it has no such word."""
    name = header.strip().lower()
    if name in _HARMLESS:
        return None
    words = re.split(r"[^a-z0-9]+", name)
    return next((word for word in words if word in _WORDS or word.endswith(_ENDINGS)), None)
