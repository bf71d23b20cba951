"""Runs the migrations: on the connection that farebox hands over, or from `alembic -x url=...` in a checkout."""

import re

from alembic import context
from sqlalchemy import Connection, create_engine

connection = context.config.attributes.get("connection")
metadata = context.config.attributes.get("metadata")
# The months of a table on Postgres, which the recorder makes and takes away.
PARTITION = re.compile(r"(calls|call_prices)_(other|\d{4}_\d{2})")


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return not (kind == "table" and name and PARTITION.fullmatch(name))


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        render_as_batch=True,
        include_name=is_ours,
    )
    with context.begin_transaction():
        context.run_migrations()


if connection is not None:
    run(connection)
else:
    with create_engine(context.get_x_argument(as_dictionary=True)["url"]).begin() as own:
        run(own)
