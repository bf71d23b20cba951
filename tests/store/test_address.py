"""URLs of the same ledger have the same address."""

import os
from pathlib import Path

import pytest
from farebox.store.address import address


@pytest.mark.parametrize(
    "url",
    [
        "postgres://u:old@db/f",
        "postgresql://u:new@db:5432/f",
        "postgresql+psycopg://other@db/f?connect_timeout=3&password=p&sslmode=require",
        "postgresql://u@/f?host=db",
        "postgresql://u@/f?host=db:5432",
        "postgresql://u@/f?host=db&port=5432",
    ],
)
def test_user_password_and_options_do_not_change_the_address(url: str) -> None:
    assert address(url) == "postgresql://db:5432/f"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u@/f?host=b:6432&host=a&target_session_attrs=read-write",
        "postgresql://u@/f?host=a,b&port=5432,6432",
        "postgresql://u@/f?host=b,a&port=6432,",
    ],
)
def test_several_hosts_are_the_same_in_any_order(url: str) -> None:
    assert address(url) == "postgresql://a:5432,b:6432/f"


def test_another_server_database_or_schema_is_another_ledger() -> None:
    urls = [
        "postgresql://u@db/f",
        "postgresql://u@db/g",
        "postgresql://u@db/",
        "postgresql://v@db/",
        "postgresql://u@db:6432/f",
        "postgresql://u@other/f",
        "postgresql://u@/f?host=db&host=other",
        "postgresql://u@/f?host=/run/a",
        "postgresql://u@/f?host=/run/b",
        "postgresql://u@[::1]:5433/f",
        "postgresql://u@/f?host=::1&port=5434",
        "postgresql://u@db/f?options=-csearch_path%3Dmine",
        "postgresql://?service=one",
        "postgresql://?service=two",
        "sqlite:///f",
        "sqlite:////f",
    ]

    assert len({address(url) for url in urls}) == len(urls)


def test_a_file_is_the_same_by_any_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path)
    whole = f"sqlite:///{Path(os.path.realpath(tmp_path)) / 'ledger.db'}"

    urls = ("sqlite:///ledger.db", f"sqlite+pysqlite:///{tmp_path}/ledger.db?timeout=3", "sqlite:///link/ledger.db")

    assert {address(url) for url in urls} == {whole}


@pytest.mark.parametrize("url", ["postgresql://u:secret@db:port/f", "u:secret@db", "//u:secret@db/f"])
def test_an_invalid_url_reveals_no_password(url: str) -> None:
    assert "secret" not in address(url)
