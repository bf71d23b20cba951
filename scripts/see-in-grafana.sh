#!/usr/bin/env bash
# Print how to see the demo's session in Grafana; docs/grafana.md explains it.
cat <<'TEXT'

The same in Grafana, with Docker:

  make secrets
  docker compose --profile grafana up --build --detach
  docker compose run --rm farebox demo --ledger postgresql://farebox@postgres/farebox

Then open http://127.0.0.1:3000, user admin, password FAREBOX_GRAFANA_PASSWORD in .env.
For a Grafana of your own: .venv/bin/farebox dashboards DIR, and docs/grafana.md.
TEXT
