# Every target makes what it needs; `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SERVE ?= 1
HOME_OF_DEMO := var/demo
VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
BUNDLE = dist/hongyan-$(VERSION)-bundle
MODEL := models/starter

.PHONY: help demo serve test test-web test-fuzz test-faults test-bundle lint train bench bundle sbom audit-dependencies clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

# Standard output belongs to the results of a target: what prepares it writes to standard error.
$(VENV)/ready: requirements-dev.lock pyproject.toml
	@$(PYTHON) -m venv $(VENV) >&2
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock >&2
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable . >&2
	@touch $@

$(MODEL)/manifest.json: $(VENV)/ready $(wildcard data/*.yaml data/*/*.jsonl model/*.py model/words/* training/*.py)
	@$(BIN)/hongyan-train fit all --jobs 2 --out $(MODEL) >&2
	@touch $@

train: $(MODEL)/manifest.json ## train the starter model on data/

demo: $(MODEL)/manifest.json ## triage the sample inbox, print the table, serve the page (SERVE=0: do not serve)
	@HONGYAN_HOME=$(HOME_OF_DEMO) HONGYAN_MODEL=$(MODEL) $(BIN)/hongyan demo $(if $(filter 0,$(SERVE)),--no-serve,--serve)

serve: $(MODEL)/manifest.json ## serve API and pages on the database in var/
	@HONGYAN_MODEL=$(MODEL) $(BIN)/hongyan db upgrade
	@HONGYAN_MODEL=$(MODEL) $(BIN)/hongyan serve

test: $(VENV)/ready ## run the tests, in three processes: much of a test is waiting for servers
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

test-web: $(VENV)/ready ## work through the pages in Chromium (CHROMIUM=/usr/bin/chromium, SCREENSHOTS=folder keeps pictures)
	@$(BIN)/python -m pytest tests/web -n 2 --dist loadfile

test-faults: $(VENV)/ready ## kill servers, workers and databases while 10,000 letters come in (FAULTS_SEED=N repeats a run)
	@FAULTS=long $(BIN)/python -m pytest -s tests/faults

test-fuzz: $(VENV)/ready ## attack the API with 10,000 examples of a tester on each database, and print shares of success
	@FUZZ_EXAMPLES=10000 $(BIN)/python -m pytest -rP tests/service/test_schemathesis.py

lint: $(VENV)/ready ## check style, types and import directions
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(MODEL)/manifest.json ## compare with a named peer and print speed, memory and quality
	@$(BIN)/python -m bench.category
	@$(BIN)/python -m bench.similar $(MODEL)
	@$(BIN)/python -m bench.build_ups $(MODEL)

sbom: $(VENV)/ready ## list everything that is shipped, as CycloneDX, in dist/
	@mkdir -p dist
	@$(BIN)/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-reproducible \
		--output-file dist/hongyan-$(VERSION)-sbom.json 2>dist/sbom.log || { cat dist/sbom.log >&2; exit 1; }
	@echo dist/hongyan-$(VERSION)-sbom.json

audit-dependencies: $(VENV)/ready ## name known faults of what is locked; says so if it cannot ask
	@mkdir -p dist && rm -f dist/audit.json
	@$(BIN)/pip-audit --require-hashes --disable-pip -r requirements.lock -r requirements-dev.lock --format json \
		--progress-spinner off --timeout 20 --output dist/audit.json >&2 2>dist/audit.log || true
	@$(BIN)/python -m release.audit dist/audit.json dist/audit.log

bundle: $(MODEL)/manifest.json sbom ## pack all that a machine without a network needs to install, in dist/
	@rm -rf $(BUNDLE) && mkdir -p $(BUNDLE)/docs
	@$(BIN)/pip wheel --quiet --disable-pip-version-check --require-hashes -r requirements.lock -w $(BUNDLE)/wheels >&2
	@$(BIN)/pip wheel --quiet --disable-pip-version-check --no-deps -w $(BUNDLE)/wheels . >&2
	@cp -R $(MODEL) $(BUNDLE)/model
	@cp README.md README.zh-CN.md LICENSE CHANGELOG.md $(BUNDLE)
	@cp docs/operations.md docs/operations.zh-CN.md $(BUNDLE)/docs
	@cp dist/hongyan-$(VERSION)-sbom.json $(BUNDLE)/sbom.json
	@$(BIN)/python -m release.bundle $(BUNDLE)

test-bundle: bundle ## install the bundle where no network is, send it a letter, upgrade it
	@BUNDLE=$(BUNDLE).tar.gz $(BIN)/python -m pytest tests/release/test_installed.py

clean: ## remove what the targets made
	rm -rf $(VENV) $(MODEL) $(HOME_OF_DEMO) dist
