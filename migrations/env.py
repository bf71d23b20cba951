"""Runs the migrations: on the connection that farebox hands over, or from `alembic -x url=...` in a checkout."""

from alembic import context
from sqlalchemy import Connection, create_engine

connection = context.config.attributes.get("connection")
metadata = context.config.attributes.get("metadata")


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata, compare_type=True, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


if connection is not None:
    run(connection)
else:
    with create_engine(context.get_x_argument(as_dictionary=True)["url"]).begin() as own:
        run(own)
