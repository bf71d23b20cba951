"""LibreChat's .env is checked as `farebox librechat check` checks it."""

from pathlib import Path

import pytest
from farebox.doctor.finding import OK, PROBLEM
from farebox.doctor.librechat import check, is_librechat_s
from farebox.librechat.environment import parse_env

from tests.support.findings import levels
from tests.support.librechat import ENV, FAREBOX

MARKS = "CREDS_KEY=x\nMONGO_URI=mongodb://mongodb:27017/LibreChat\n"


@pytest.mark.parametrize(("text", "expected"), [(MARKS, True), ("MONGO_URI=x\nOPENAI_API_KEY=x\n", False)])
def test_librechat_s_file_is_known_by_its_variables(text: str, expected: bool) -> None:
    assert is_librechat_s({name: one.value for name, one in parse_env(".env", text).items()}) is expected


def test_node_s_variables_in_the_file_are_a_problem_and_python_s_are_not_asked_for(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text(MARKS + ENV + "NODE_EXTRA_CA_CERTS=/ca.pem\nNODE_USE_ENV_PROXY=1\n")

    found = levels(check(path, FAREBOX))

    assert {level for level, _ in found} == {PROBLEM}
    assert [message.split(": ")[1] for _, message in found] == ["NODE_EXTRA_CA_CERTS", "NODE_USE_ENV_PROXY"]
    assert "SSL_CERT_FILE" not in str(found)


def test_base_urls_need_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text(MARKS + "OPENAI_API_KEY=x\nOPENAI_REVERSE_PROXY=http://farebox:8080/openai/v1\n")

    assert levels(check(path, FAREBOX)) == [(OK, f"{path}: LibreChat's calls reach the proxy")]
