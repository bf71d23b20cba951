"""Commands of the docs that are not typed, by how they begin, each with its reason."""

_DOCKER = "needs Docker; the Compose files are read by the real Compose in tests/deploy"
_TRANSPARENT = "redirects a network's connections; tests/deploy runs it in network namespaces"
# Not even on a system of their own.
NEVER = {
    "docker ": _DOCKER,
    "kubectl ": "needs a Kubernetes cluster; tests/deploy reads the manifest",
    "npm run backend": "needs LibreChat",
    "sudo systemctl ": "needs systemd as the first process",
    "sudo deploy/transparent/": _TRANSPARENT,
    "sudo -u farebox farebox up --mode transparent": _TRANSPARENT,
    "farebox up --host 0.0.0.0 --mode transparent": _TRANSPARENT,
    "farebox prices update": "needs the network of genai-prices; tests/cli/prices serve the file themselves",
    "~/uv/bin/uv python install": "downloads a Python from GitHub",
    "FAREBOX_PYTHON=$(~/uv/bin/uv": "needs that Python; scripts/follow-docs.sh names another one",
    "export FAREBOX_LEDGER='clickhouse": "needs a ClickHouse server; tests/store/clickhouse starts one",
    "FAREBOX_LEDGER=": "a line of a file",
    "PGPASSWORD=": "a line of a file",
    "git pull": "a clone of a commit has nothing to pull",
}
# They change the system or need a server: only where the system is made for it, by scripts/follow-docs.sh.
ON_ITS_OWN_SYSTEM = {
    "sudo ": "changes the system",
    "createuser ": "needs a Postgres server",
    "pg_dump ": "needs a Postgres server",
    "sqlite3 ": "needs a package of the system",
    "export FAREBOX_LEDGER='postgresql": "needs a Postgres server",
    ".tools/uv/": "installs packages",
    "pipx ": "installs packages",
    "python3 -m venv ~/uv": "installs packages",
    "~/uv/bin/pip ": "installs packages",
    "make .venv/.ready": "installs packages",
    "farebox dashboards /etc/": "writes to /etc",
}


def reason(command: str, *, own_system: bool) -> str | None:
    """Return why `command` is not typed; None if it is."""
    table = NEVER if own_system else {**NEVER, **ON_ITS_OWN_SYSTEM}
    return next((why for begin, why in table.items() if command.startswith(begin)), None)
