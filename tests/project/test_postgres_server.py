"""The Postgres that tests run on."""

import subprocess
import sys

import psycopg
import pytest

from tests.support.postgres import Postgres
from tests.support.processes import wait_for_group

# Starts a server and is killed itself.
STARTER = """
import os, signal
from tests.support.postgres import Postgres
server = Postgres()
server.start()
print(os.getpgid(server.pid), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_each_test_has_a_database_of_its_own(postgres: Postgres, database: str) -> None:
    with postgres.connect(database) as connection:
        assert connection.execute("SELECT current_database(), current_setting('server_encoding')").fetchone() == (
            database,
            "UTF8",
        )


@pytest.mark.parametrize("end", [Postgres.stop, Postgres.kill])
def test_what_is_committed_survives_a_restart(postgres: Postgres, database: str, end: object) -> None:
    with postgres.connect(database) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")

    assert callable(end)
    end(postgres)
    with pytest.raises(psycopg.OperationalError):
        postgres.connect(database)
    postgres.start()

    with postgres.connect(database) as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)


def test_a_server_ends_with_who_started_it() -> None:
    started = subprocess.run([sys.executable, "-c", STARTER], check=False, capture_output=True, text=True, timeout=120)

    wait_for_group(int(started.stdout))
