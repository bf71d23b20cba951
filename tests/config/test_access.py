"""A listener that any machine could use must be meant; wrong networks and passwords are named."""

from pathlib import Path
from typing import Any

import pytest
from farebox.config.access import Auth, check_listener, is_wide, password_of
from farebox.config.settings import load
from farebox.errors import SettingsError

AUTH = Auth("shop", "/srv/password")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_this_machine_s_own_address_is_not_wide(host: str) -> None:
    assert not is_wide(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.168.1.7", "fe80::1%eth0", "box.example"])
def test_any_other_address_is_wide_and_refused_with_the_lines_to_add(host: str) -> None:
    assert is_wide(host)
    with pytest.raises(SettingsError, match=r"^host: .*`clients: \[.*`auth: \{user: .*`open: true` if that is meant$"):
        check_listener(host, (), Auth(), is_open=False)


@pytest.mark.parametrize(
    ("clients", "auth", "is_open"), [(("10.0.0.0/8",), Auth(), False), ((), AUTH, False), ((), Auth(), True)]
)
def test_it_is_served_with_clients_or_a_password_or_if_it_is_meant(
    clients: tuple[str, ...], auth: Auth, is_open: bool
) -> None:
    check_listener("0.0.0.0", clients, auth, is_open=is_open)


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"clients": ["10.0.0.0/33"]}, "^clients: '10.0.0.0/33' is not a network: write one like 192.168.1.0/24"),
        ({"clients": ["box.example"]}, "^clients: 'box.example' is not a network"),
        ({"auth": {"user": "a"}}, "^auth: write both user and password_file"),
        ({"auth": {"password_file": "a"}}, "^auth: write both"),
        ({"auth": {"user": "a:b", "password_file": "a"}}, "^auth.user: 'a:b' has a colon"),
        ({"upstreams": {"allow": ["http://x"]}}, "^upstreams.allow: 'http://x' is none of"),
    ],
)
def test_a_wrong_value_is_named(values: dict[str, Any], error: str) -> None:
    with pytest.raises(SettingsError, match=error):
        load(values, environment={})


def test_the_password_is_the_text_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("a:b c\n")
    assert password_of(Auth("shop", str(path))) == "a:b c"
    path.write_text("\n")
    with pytest.raises(SettingsError, match=r"^auth.password_file: .* is empty"):
        password_of(Auth("shop", str(path)))
    with pytest.raises(SettingsError, match=r"^auth.password_file: /none cannot be read \(No such file"):
        password_of(Auth("shop", "/none"))


def test_options_of_mitmproxy_are_merged_one_by_one() -> None:
    Path("own.yaml").write_text("set: [proxyauth=shop:secret, 'ignore_hosts=a', 'ignore_hosts=b']")

    found = load({"set": ["http2=false", "ignore_hosts=c"]}, config=Path("own.yaml"), environment={})

    assert found.set == ("proxyauth=shop:secret", "http2=false", "ignore_hosts=c")
