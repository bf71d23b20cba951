"""No ledger's password is printed."""

import pytest
from farebox.config.redact_url import redact_ledger, redact_url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:////srv/data folder/ledger.db", "sqlite:////srv/data folder/ledger.db"),
        ("sqlite:////srv/a:b@c/ledger.db", "sqlite:////srv/a:b@c/ledger.db"),
        ("postgresql://db/farebox", "postgresql://db/farebox"),
        ("postgresql://farebox@db/farebox", "postgresql://farebox@db/farebox"),
        ("postgresql://farebox:secret@db:5432/farebox", "postgresql://farebox:***@db:5432/farebox"),
        ("postgresql+psycopg://:secret@/farebox?host=/run", "postgresql+psycopg://:***@/farebox?host=/run"),
        ("postgresql://u:sec:ret@db/x", "postgresql://u:***@db/x"),
        ("postgresql://u:sec/ret@db/x", "postgresql://u:***@db/x"),
        ("postgresql://u:sec@ret@db/x", "postgresql://u:***@db/x"),
        ("postgresql://u:sec?r@e#t@db/x", "postgresql://u:***@db/x"),
        ("postgresql://u:sec\nret@db/x", "postgresql://u:***@db/x"),
        ("postgresql:///x?user=u&password=secret&host=db", "postgresql:///x?user=u&password=***&host=db"),
        ("postgresql://db/x?sslmode=require&SSLPassword=secret", "postgresql://db/x?sslmode=require&SSLPassword=***"),
        ("mysql://u:secret@db/x", "mysql://u:***@db/x"),
        ("u:secret@db/x", "***"),
        ("", ""),
        ("ledger.db", "ledger.db"),
    ],
)
def test_a_password_is_masked_wherever_it_stands(url: str, shown: str) -> None:
    assert redact_url(url) == shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("", ""),
        ("secret", "***"),
        ("u:secret@db/x", "***"),
        ("se cret://u@db/x", "***"),
        ("postgresql://u:sec@ret@db/x", "postgresql://***"),
        ("postgresql://u@db/x?password=a@b", "postgresql://***"),
        ("postgresql://u:secret@db/x", "postgresql://u:***@db/x"),
        ("sqlite:////srv/a@b@c/ledger.db", "sqlite:////srv/a@b@c/ledger.db"),
    ],
)
def test_a_ledger_that_is_no_clear_url_is_not_echoed(url: str, shown: str) -> None:
    assert redact_ledger(url) == shown
