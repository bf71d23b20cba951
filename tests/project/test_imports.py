"""What each process imports: its start takes as long as that, and so does every `farebox run`."""

import subprocess
import sys

import pytest

from tests.support.sidecar import clean_environment

# The packages that take long to import.
HEAVY = frozenset(
    "aioquic alembic apprise cryptography flask genai_prices httpx2 jinja2 ldap3 mitmproxy opentelemetry "
    "platformdirs prometheus_client psutil psycopg pyarrow pydantic pygments rich ruamel sqlalchemy typer tzlocal "
    "urllib3 werkzeug yaml".split()
)
_WORKER = """
from farebox.config.settings import Settings
import farebox.proxy.__main__
from farebox.proxy.mitmproxy_addons import addons_for, import_on_demand
import_on_demand()
import farebox.proxy.server
addons_for(Settings())
"""
_COMMAND = """
from farebox.cli.start import main
sys.argv = ["farebox", *{}]
try:
    main()
except SystemExit:
    pass
"""
_PRINTED = "print('', *sorted({name.partition('.')[0] for name in sys.modules}))"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (_COMMAND.format(["--version"]), set()),
        (
            _COMMAND.format(["report", "--ledger", "sqlite:////nowhere/ledger.db"]),
            {"platformdirs", "rich", "sqlalchemy", "typer"},
        ),
        ("import farebox.cli.run, farebox.supervisor.supervisor", {"typer"}),
        ("import farebox.recorder.process", {"prometheus_client", "sqlalchemy"}),
        (_WORKER, {"aioquic", "cryptography", "mitmproxy", "ruamel"}),
    ],
    ids=["--version", "report", "run, without its children", "recorder", "worker"],
)
def test_a_process_imports_only_what_it_needs(code: str, expected: set[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\n{_PRINTED}"],
        env={**clean_environment(), "FAREBOX_HOME": "/nowhere", "FAREBOX_TIMEZONE": "UTC"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert HEAVY.intersection(done.stdout.splitlines()[-1].split()) == expected
