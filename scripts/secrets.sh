#!/usr/bin/env bash
# Write passwords for compose.yaml to .env, which only its owner can read. Passwords that are there stay.
set -euo pipefail
umask 077
touch .env
for name in FAREBOX_LEDGER_PASSWORD FAREBOX_READER_PASSWORD FAREBOX_GRAFANA_PASSWORD; do
    grep -q "^$name=." .env || printf '%s=%s\n' "$name" "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')" >>.env
done
chmod 600 .env
echo "Passwords are in .env. Start with: docker compose --profile grafana up --build --detach"
