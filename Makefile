# Short names for uv commands. Requires Python 3.12 or newer; uv and the environment are installed into the checkout.
# The environment must not depend on the shell's setup, so scripts/python.sh finds a Python by running candidates.

SHELL := /bin/bash
export UV_PYTHON_DOWNLOADS := never
# Use the system's root certificates if there are any: they can include a company's own CA.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem),)
export UV_SYSTEM_CERTS := true
endif
UV := .tools/uv/bin/uv
BIN := .venv/bin
READY := .venv/.ready
FLAGS ?=
# Tests of one file share servers and sidecars, so they run in one process. tests/conftest.py orders the files.
PARALLEL := -n auto --dist loadfile --no-loadscope-reorder
# If FLAGS select no test, that isn't a failure (pytest exits with 5).
OR_NONE := || [ $$? = 5 ]

.DEFAULT_GOAL := help
.PHONY: help demo run test check fast slow exhaustive test-lowest test-newest lint corpus replay estimates fuzz librechat-newest go-client client-matrix mitmproxy-tests plan-clients live-servers focus-check tables prices shares vendor abuse faults chdb clickhouse-oracle clickhouse-faults soak readme docs-pages picture man board-pictures ledger-page dashboards mutants lock wheel sbom clean untuned bench bench-hooks bench-pricing bench-ledger bench-alerts bench-bodies bench-imports bench-metering memory bench-gauges bench-series bench-sidecars secrets image

help:  ## show this list
	@grep -hE '^[a-z-]+:.*  ## ' $(MAKEFILE_LIST) | sed -E 's/:.*  ## /\t/' | expand -t 16

demo: $(READY)  ## play a made-up session through the real proxy and report it: no key, no network
	$(BIN)/farebox demo $(FLAGS)
	@scripts/see-in-grafana.sh

run: $(READY)  ## start the sidecar with SQLite; FLAGS="--port 8080 ..." are passed to `farebox up`
	$(BIN)/farebox up $(FLAGS)

test: $(READY)  ## run every test, slow ones in their short form
	$(BIN)/python -m pytest -q $(PARALLEL) $(FLAGS) $(OR_NONE)

check: lint fast  ## run what every change must pass: lint and fast tests

fast: $(READY)
	$(BIN)/python -m pytest -q $(PARALLEL) -m "not slow" $(FLAGS) $(OR_NONE)

slow: $(READY)
	$(BIN)/python -m pytest -q $(PARALLEL) -m slow $(FLAGS) $(OR_NONE)

exhaustive: $(READY)  ## run the tests that otherwise try a sample: each cut of each case, a hundred examples of each property
	FAREBOX_TESTS=exhaustive $(BIN)/python -m pytest -q $(PARALLEL) -m "not slow" tests/dialects tests/wire tests/metering \
		tests/records tests/pricing tests/spool tests/stream_options tests/store tests/end_to_end/test_canaries.py $(FLAGS)
	FAREBOX_TESTS=exhaustive $(BIN)/python -m pytest -q $(PARALLEL) tests/cli/test_run.py tests/end_to_end/test_start.py $(FLAGS)

test-lowest: $(UV)  ## the fast tests with the lowest versions that pyproject.toml allows, on each Python; FLAGS="-n 2 ..." go to pytest
	scripts/test-versions.sh lowest-direct $(FLAGS)

test-newest: $(UV)  ## the same with the newest versions
	scripts/test-versions.sh highest $(FLAGS)

lint: $(READY)  ## check formatting, lint, types, import contracts and generated files
	$(BIN)/ruff format --check addons tests migrations scripts benchmarks dashboards
	$(BIN)/ruff check --quiet addons tests migrations scripts benchmarks dashboards
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python scripts/ledger_page.py --check
	$(BIN)/python -m dashboards --check

corpus: $(READY)  ## compare recorded exchanges with their oracle; FAREBOX_SHARED names the folder
	PYTHONPATH=addons $(BIN)/python -m tests.corpus

replay: $(READY)  ## compare bytes and rows of the same exchanges through the real proxy; FAREBOX_REPLAY=N limits them to about N
	PYTHONPATH=addons $(BIN)/python -m tests.replay

estimates: $(READY)  ## print how far estimates are from reported usage, before and after learning
	PYTHONPATH=addons $(BIN)/python -m tests.estimates

fuzz: $(READY)  ## count rows that are silently wrong after one field of a usage object is changed; FAREBOX_FUZZ=0.1 tries a tenth
	PYTHONPATH=addons $(BIN)/python -m tests.usage_fuzz $(FLAGS)

librechat-newest: $(READY)  ## play LibreChat's calls with its newest published library, and print what changed on the wire
	PYTHONPATH=addons $(BIN)/python -m tests.librechat_newest

go-client: $(READY)  ## embed texts from Go, as a vector database does, through farebox; requires Go
	PYTHONPATH=addons $(BIN)/python -m tests.go_client

client-matrix: $(READY)  ## hold eleven real clients on each way through farebox against direct calls; Go and Java if they are here
	$(UV) venv --quiet --allow-existing --python $(BIN)/python .tools/client-matrix/py
	$(UV) pip install --quiet --python .tools/client-matrix/py --group client-matrix
	mkdir -p .tools/client-matrix/node && cp tests/client_matrix/programs/package.json .tools/client-matrix/node
	PATH="$(CURDIR)/$(BIN):$$PATH" npm install --silent --prefix .tools/client-matrix/node
	PYTHONPATH=addons $(BIN)/python -m tests.client_matrix $(FLAGS)

mitmproxy-tests: $(READY)  ## run mitmproxy's own tests against farebox's patches; MITMPROXY names a checkout of its source
	scripts/mitmproxy-tests.sh

plan-clients: $(READY)  ## run Claude Code, Codex, Gemini's and opencode's command lines, and check who pays for their calls
	PYTHONPATH=addons $(BIN)/python -m tests.plan_clients

focus-check: $(READY)  ## check an export with the FinOps Foundation's validator, in an environment of its own (550 MB)
	UV_BIN="$(CURDIR)/.tools/uv/bin/uv" PYTHONPATH=addons $(BIN)/python -m tests.focus_check

live-servers: $(READY)  ## meter llama.cpp's server and LiteLLM's proxy, and compare rows with their own counts; 600 MB from PyPI
	PYTHONPATH=addons $(BIN)/python -m tests.live_servers

tables: $(READY)  ## recreate the table of tokens per byte from scripts/samples
	$(UV) run --quiet --isolated --group tables python scripts/tokens_per_byte.py

mutants: $(READY)  ## how many mutants the tests kill; FLAGS="spool recorder" names packages, SAMPLE=150 limits each
	$(UV) venv --quiet --allow-existing --python $(BIN)/python .tools/mutants
	$(UV) pip install --quiet --python .tools/mutants -r requirements.lock --group mutants
	PYTHON=$(CURDIR)/.tools/mutants/bin/python scripts/mutants.sh $(FLAGS)

prices: $(READY)  ## compare price catalogues and show which is used; FLAGS=--update writes docs/accuracy.md
	PYTHONPATH=addons $(BIN)/python -m tests.prices $(FLAGS)

shares: $(READY)  ## print where a share of a call (images, cache reads) takes its price from the next list
	PYTHONPATH=addons $(BIN)/python -m tests.shares

vendor: $(READY)  ## update LiteLLM's price list from the newest wheel, or from LITELLM=1.109.1
	folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	$(UV) run --quiet --isolated --no-project --with pip python -m pip download --quiet --no-deps --only-binary :all: \
		--dest "$$folder" "litellm$(if $(LITELLM),==$(LITELLM))" && \
	PYTHONPATH=addons $(BIN)/python scripts/litellm_prices.py "$$folder"/*.whl

bench-gauges: $(READY)  ## measure the money gauges and a scrape on the hourly sums of 10 million calls
	PYTHONPATH=addons $(BIN)/python -m benchmarks.gauges $(FLAGS)

bench-series: $(READY)  ## measure a scrape after 10,000 junk model names
	PYTHONPATH=addons $(BIN)/python -m benchmarks.series $(FLAGS)

bench: $(READY)  ## measure CPU, memory and delays of farebox, mitmproxy and nginx; FLAGS="--short --check --before REV --litellm"
	PYTHONPATH=addons $(BIN)/python -m benchmarks.speed $(FLAGS)

bench-hooks: $(READY)  ## measure how long a hook of farebox holds a worker's loop, for bodies of up to 16 MB
	PYTHONPATH=addons $(BIN)/python -m benchmarks.hooks

UNTUNED := tests/end_to_end/test_faithful.py tests/end_to_end/test_http2.py tests/end_to_end/test_websockets.py \
	tests/end_to_end/test_untouched.py tests/end_to_end/stream_usage
untuned: $(READY)  ## run the tests of traffic with and without tunings of mitmproxy, and with two workers
	$(BIN)/python -m pytest -q -p tests.mitmproxy_tests.patched tests/proxy --ignore tests/proxy/tuning --ignore tests/proxy/patches $(FLAGS)
	TESTS_WITH="TUNINGS_OFF=all" $(BIN)/python -m pytest -q tests/proxy $(UNTUNED) $(FLAGS)
	TESTS_WITH="WORKERS=2" $(BIN)/python -m pytest -q $(UNTUNED) $(FLAGS)
	TESTS_WITH="TUNINGS_OFF=all WORKERS=2" $(BIN)/python -m pytest -q $(UNTUNED) $(FLAGS)

bench-metering: $(READY)  ## measure CPU of metering alone, per JSON call and per chunk of each API; FLAGS="--before REV" compares
	PYTHONPATH=addons $(BIN)/python -m benchmarks.metering $(FLAGS)

memory: $(READY)  ## measure memory: 1,000 streams, a slow client, 100,000 hosts, models and users; FLAGS=--short takes a tenth of each
	PYTHONPATH=addons $(BIN)/python -m benchmarks.memory $(FLAGS)

bench-imports: $(READY)  ## modules imported and milliseconds to start
	PYTHONPATH=addons $(BIN)/python -m benchmarks.imports

bench-pricing: $(READY)  ## measure the time to price a call, compared with genai-prices
	PYTHONPATH=addons $(BIN)/python -m benchmarks.pricing

bench-ledger: $(READY)  ## measure rows per second into SQLite and Postgres, and reports on 1 and 10 million calls: half an hour
	PYTHONPATH=addons $(BIN)/python -m benchmarks.ledger $(FLAGS)

bench-sidecars: $(READY)  ## measure lag, CPU and memory of ten sidecars at 1,000 calls a second into one ledger; FLAGS="--seconds 180 --ledger Postgres"
	PYTHONPATH=addons $(BIN)/python -m benchmarks.sidecars $(FLAGS)

bench-alerts: $(READY)  ## measure false alarms of spend, and the time to tell of a runaway, with a real Prometheus
	PYTHONPATH=addons $(BIN)/python -m benchmarks.alerts

bench-bodies: $(READY)  ## measure how long requests of up to 15 MiB hold up a worker
	PYTHONPATH=addons $(BIN)/python -m benchmarks.large_bodies

abuse: $(READY)  ## measure what other clients notice while the sidecar is abused; FLAGS="--short" takes a minute, FLAGS=--stock abuses mitmproxy alone
	PYTHONPATH=addons $(BIN)/python -m benchmarks.abuse $(FLAGS)

faults: $(READY)  ## test kill -9, full disks, hung processes ... under load; FLAGS="--only kill_sidecar --ledger sqlite --rounds 5"
	PYTHONPATH=addons $(BIN)/python -m tests.faults $(FLAGS)

CHDB := .tools/chdb/bin/python
chdb: $(CHDB)  ## install the engine of a current ClickHouse for tests (chDB): 180 MB from PyPI, 540 MB of disk
$(CHDB): | $(READY)
	$(UV) venv --quiet --allow-existing --python $(BIN)/python .tools/chdb-new
	$(UV) pip install --quiet --python .tools/chdb-new --no-deps chdb-core==26.9.0
	rm -rf .tools/chdb && mv .tools/chdb-new .tools/chdb

clickhouse-oracle: $(READY) $(if $(FAREBOX_CHDB_PYTHON),,chdb)  ## compare ClickHouse of today (chDB) with SQLite or Postgres; FLAGS="--rows 1000000 --ledger postgres"
	PYTHONPATH=addons $(BIN)/python -m tests.clickhouse.oracle $(FLAGS)

clickhouse-faults: $(READY)  ## kill shards, ZooKeeper and the recorder under load, with Debian's ClickHouse; ten minutes; FLAGS="--rows 5000 --only hung_shard"
	PYTHONPATH=addons $(BIN)/python -m tests.clickhouse.faults $(FLAGS)

soak: $(READY)  ## run ten minutes of steady load: nothing may grow; FAREBOX_SOAK_SECONDS changes the length
	PYTHONPATH=addons $(BIN)/python -m tests.soak $(FLAGS)

readme:  ## run README.md's commands in a fresh clone of this commit
	scripts/follow-readme.sh

docs-pages:  ## type the commands of README.md and each page of docs, and compare; DEBIAN=trixie or bookworm: on a bare Debian, as root
	$(if $(DEBIAN),scripts/follow-docs.sh $(DEBIAN),$$(scripts/python.sh) -m tests.docs_pages) $(FLAGS)

picture: $(READY)  ## recreate README.md's picture from the demo
	$(BIN)/python scripts/picture.py

board-pictures: $(READY)  ## redraw the pictures of the Grafana boards (needs Prometheus, Node and Chromium); FLAGS="--width 2560 --out DIR" go to it
	scripts/board-pictures.sh $(FLAGS)

man: $(READY)  ## write the manual page docs/farebox.1
	$(BIN)/farebox man > docs/farebox.1

ledger-page: $(READY)  ## write the tables of columns in docs/ledger.md
	$(BIN)/python scripts/ledger_page.py

dashboards: $(READY)  ## write the Grafana dashboards in dashboards/generated
	$(BIN)/python -m dashboards

secrets:  ## write passwords for compose.yaml to .env
	scripts/secrets.sh

image:  ## build the image with podman or docker, and try it: healthy, not root, read-only, calls recorded
	scripts/image.sh

lock: $(UV)  ## update the pinned environment
	$(UV) pip compile --quiet --universal --no-header --no-annotate --upgrade --group dev pyproject.toml -o requirements.lock
	$(UV) pip compile --quiet --universal --no-header --no-annotate --generate-hashes --constraint requirements.lock --all-extras \
		pyproject.toml -o requirements-runtime.lock

wheel: $(READY)  ## build the wheel into dist/
	$(UV) build --quiet --wheel --python $(BIN)/python

# The index is left out: packages are named by version and hash.
sbom: wheel  ## build the wheel, and beside it a CycloneDX bill of materials of what farebox runs with
	$(UV) tool run --quiet --isolated --python $(BIN)/python --from cyclonedx-bom==7.5.0 cyclonedx-py requirements \
		-i "" --pyproject pyproject.toml --output-reproducible -o dist/farebox.cdx.json requirements-runtime.lock

clean:  ## remove what make created
	rm -rf .tools .venv dist

$(UV):
	scripts/install-uv.sh .tools/uv

$(READY): requirements.lock pyproject.toml | $(UV)
	$(UV) venv --quiet --allow-existing --python "$$(scripts/python.sh)" .venv
	$(UV) pip sync --quiet --python .venv requirements.lock
	$(UV) pip install --quiet --python .venv --no-deps --editable .
	@# Where PYTHONDONTWRITEBYTECODE is set, each start would compile a thousand modules: half of what it costs.
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/farebox --help >/dev/null
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -c "import farebox.proxy.server, farebox.recorder.process"
	@touch $@
