#!/bin/sh
# Create the role that Grafana reads the ledger as. Postgres' image runs this once, for a new database.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$FAREBOX_READER_PASSWORD" \
    --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE reader LOGIN PASSWORD :'password';
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO reader;
SQL
