# Thin names over uv. Some Python 3.12+ is all that must be there; uv and the project's environment are made here.
# A checkout's own Python must not depend on how the shell is set up: scripts/python.sh finds one by running it.

SHELL := /bin/bash
export UV_PYTHON_DOWNLOADS := never
# The system's roots, where there are any: a company's own CA stands among them.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem),)
export UV_SYSTEM_CERTS := true
endif
UV := .tools/uv/bin/uv
BIN := .venv/bin
READY := .venv/.ready
FLAGS ?=
# A file's tests share servers and sidecars, so they stay together.
PARALLEL := -n auto --dist loadfile
# No test at all, where FLAGS name some, is no failure.
OR_NONE := || [ $$? = 5 ]

.DEFAULT_GOAL := help
.PHONY: help demo run test check fast slow lint corpus replay estimates tables prices vendor faults soak readme picture lock wheel clean bench-pricing bench-ledger

help:  ## this list
	@grep -hE '^[a-z-]+:.*  ## ' $(MAKEFILE_LIST) | sed -E 's/:.*  ## /\t/' | expand -t 16

demo: $(READY)  ## a made-up session through the real proxy, and its report: no key, no network
	$(BIN)/farebox demo $(FLAGS)

run: $(READY)  ## start the sidecar on SQLite; FLAGS="--port 8080 ..." go to `farebox up`
	$(BIN)/farebox up $(FLAGS)

test: fast slow  ## every test, the slow ones in their short form

check: lint fast  ## what every change must pass, in some four minutes

fast: $(READY)
	$(BIN)/python -m pytest -q $(PARALLEL) -m "not slow" $(FLAGS) $(OR_NONE)

slow: $(READY)
	$(BIN)/python -m pytest -q -m slow $(FLAGS) $(OR_NONE)

lint: $(READY)  ## format, lint, types, import contracts
	$(BIN)/ruff format --check addons tests migrations scripts benchmarks
	$(BIN)/ruff check --quiet addons tests migrations scripts benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

corpus: $(READY)  ## recorded exchanges against their oracle; FAREBOX_SHARED names the folder
	PYTHONPATH=addons $(BIN)/python -m tests.corpus

replay: $(READY)  ## the same exchanges through the real proxy, bytes and rows; FAREBOX_REPLAY=N takes some N of them
	PYTHONPATH=addons $(BIN)/python -m tests.replay

estimates: $(READY)  ## how far estimates are from what recorded exchanges report, before and after learning
	PYTHONPATH=addons $(BIN)/python -m tests.estimates

tables: $(READY)  ## tokens per byte, anew from scripts/samples
	$(UV) run --quiet --isolated --group tables python scripts/tokens_per_byte.py

prices: $(READY)  ## price catalogues held against each other, and who is believed; FLAGS=--update writes docs/accuracy.md
	PYTHONPATH=addons $(BIN)/python -m tests.prices $(FLAGS)

vendor: $(READY)  ## LiteLLM's price list anew, from the newest wheel or that of LITELLM=1.109.1
	folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	$(UV) run --quiet --isolated --no-project --with pip python -m pip download --quiet --no-deps --only-binary :all: \
		--dest "$$folder" "litellm$(if $(LITELLM),==$(LITELLM))" && \
	PYTHONPATH=addons $(BIN)/python scripts/litellm_prices.py "$$folder"/*.whl

bench-pricing: $(READY)  ## what it takes to price a call, beside the catalogue's own arithmetic
	PYTHONPATH=addons $(BIN)/python -m benchmarks.pricing

bench-ledger: $(READY)  ## rows a second into SQLite and Postgres, and reports on 1 and 10 million calls: half an hour
	PYTHONPATH=addons $(BIN)/python -m benchmarks.ledger $(FLAGS)

faults: $(READY)  ## kill -9, full disks, hung processes ... under load; FLAGS="--only kill_sidecar --ledger sqlite --rounds 5"
	PYTHONPATH=addons $(BIN)/python -m tests.faults $(FLAGS)

soak: $(READY)  ## ten minutes of steady load: nothing may grow; FAREBOX_SOAK_SECONDS is another length
	PYTHONPATH=addons $(BIN)/python -m tests.soak $(FLAGS)

readme:  ## do what README.md says, on a fresh clone of this commit
	scripts/follow-readme.sh

picture: $(READY)  ## make README.md's picture anew, from the demo
	$(BIN)/python scripts/picture.py

lock: $(UV)  ## pin the environment anew
	$(UV) pip compile --quiet --universal --no-header --no-annotate --upgrade --group dev pyproject.toml -o requirements.lock

wheel: $(READY)  ## build the wheel into dist/
	$(UV) build --quiet --wheel --python $(BIN)/python

clean:  ## remove what this file made
	rm -rf .tools .venv dist

$(UV):
	scripts/install-uv.sh .tools/uv

$(READY): requirements.lock pyproject.toml | $(UV)
	$(UV) venv --quiet --allow-existing --python "$$(scripts/python.sh)" .venv
	$(UV) pip sync --quiet --python .venv requirements.lock
	$(UV) pip install --quiet --python .venv --no-deps --editable .
	@touch $@
