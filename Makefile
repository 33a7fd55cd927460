# Every target makes what it needs; `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SERVE ?= 1
HOME_OF_DEMO := var/demo
MODEL := models/starter

.PHONY: help demo serve test test-faults lint train bench clean

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

test: $(VENV)/ready ## run the tests
	@$(BIN)/python -m pytest

test-faults: $(VENV)/ready ## kill servers, workers and databases while 10,000 letters come in (FAULTS_SEED=N repeats a run)
	@FAULTS=long $(BIN)/python -m pytest -s tests/faults

lint: $(VENV)/ready ## check style, types and import directions
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(MODEL)/manifest.json ## compare with a named peer and print speed, memory and quality
	@$(BIN)/python -m bench.category
	@$(BIN)/python -m bench.similar $(MODEL)
	@$(BIN)/python -m bench.build_ups $(MODEL)

clean: ## remove what the targets made
	rm -rf $(VENV) $(MODEL) $(HOME_OF_DEMO)
