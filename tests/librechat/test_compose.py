"""Services are merged as Compose merges them, and a variable is found where it is set."""

from farebox.librechat.compose import env_files, services
from farebox.librechat.environment import Variable, parse_env
from farebox.librechat.located import parse

BASE = """\
services:
  api:
    image: made/up:${TAG:-1}
    env_file: [a.env, {path: b.env, required: false}]
    environment:
      - KEPT=1
      - CHANGED=1
      - FROM_ENV=${PROXY_URL:-}
      - PASSED
      - ABSENT
    volumes:
      - ./one:/data/one:ro
      - {type: bind, source: ./two, target: /data/two/}
      - ${HOME:-/root}/three:/data/three
      - /data/four
"""
OVERRIDE = "services:\n  api:\n    environment:\n      CHANGED: 2\n    network_mode: host\n  more: {build: .}\n"
DOTENV = parse_env(".env", "TAG=9\nPROXY_URL=http://farebox:8080\nPASSED=yes\n")


def test_later_files_override_earlier_ones() -> None:
    documents = [parse("base.yml", BASE), parse("override.yml", OVERRIDE)]

    found = services(
        documents, DOTENV, {"a.env": {"FILE": Variable("f", "a.env", 1), "KEPT": Variable("0", "a.env", 2)}}
    )

    api = found["api"]
    assert api.image == "made/up:9"
    assert api.environment["KEPT"] == Variable("1", "base.yml", 6)
    assert api.environment["CHANGED"] == Variable("2", "override.yml", 4)
    assert api.environment["FILE"].value == "f"
    assert "ABSENT" not in api.environment
    assert api.host_network
    assert (api.file, api.environment_line) == ("override.yml", 3)
    assert found["more"].is_built


def test_a_value_from_the_env_file_is_found_there() -> None:
    api = services([parse("base.yml", BASE)], DOTENV, {})["api"]

    assert api.environment["FROM_ENV"] == Variable("http://farebox:8080", ".env", 2)
    assert api.environment["PASSED"] == Variable("yes", ".env", 3)


def test_mounts_are_known_by_their_paths_in_the_container() -> None:
    api = services([parse("base.yml", BASE)], DOTENV, {})["api"]

    assert api.targets == ("/data/one", "/data/two", "/data/three", "/data/four")
    assert api.holds("/data/two/ca.pem")
    assert api.holds("/data/one")
    assert not api.holds("/data/onetwo")


def test_env_files_are_named_in_both_forms() -> None:
    assert list(env_files([parse("base.yml", BASE)])) == ["a.env", "b.env"]
    assert env_files([parse("base.yml", "services: {a: {env_file: c.env}, b: {}}")]).keys() == {"c.env"}
