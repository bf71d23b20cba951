"""The role that Grafana reads the ledger as: made by the script that Postgres' image runs."""

import os
import subprocess

import psycopg
import pytest

from tests.support.paths import ROOT
from tests.support.postgres import PASSWORD, Postgres


def test_the_reader_reads_new_tables_and_writes_none(postgres: Postgres, database: str) -> None:
    environment = {
        "PATH": f"{postgres.programs}{os.pathsep}{os.environ['PATH']}",
        "PGHOST": "127.0.0.1",
        "PGPORT": str(postgres.port),
        "PGPASSWORD": PASSWORD,
        "POSTGRES_USER": "postgres",
        "POSTGRES_DB": database,
        "FAREBOX_READER_PASSWORD": "it's secret",
    }
    subprocess.run([ROOT / "deploy/postgres/reader.sh"], env=environment, check=True, capture_output=True, timeout=60)

    with postgres.connect(database) as owner:
        owner.execute("CREATE TABLE calls_made_later (id int)")
        owner.execute("INSERT INTO calls_made_later VALUES (7)")
        owner.execute("SET ROLE reader")
        assert owner.execute("SELECT id FROM calls_made_later").fetchall() == [(7,)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            owner.execute("DELETE FROM calls_made_later")
        owner.execute("RESET ROLE")
        owner.execute("DROP OWNED BY reader")
        owner.execute("DROP ROLE reader")
