# Two commands: `make run` does the main job and serves it, `make test` checks everything. `make help` lists the rest.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SERVE ?= 1
SERIES ?= 2000
ROWS ?= 20000
SCALE ?= 0.2
PYTEST := OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(BIN)/python -m pytest
# a file stays in one process, because its tests share homes; tests/conftest.py says in which order files start. One process more than cores:
# while one waits for a browser or a scheduler, another works
SPREAD := --numprocesses $(shell expr $$(nproc) + 1) --maxprocesses 5 --dist loadfile --no-loadscope-reorder
TESTFLAGS ?=
SQL := $(shell find company/models tests/companies dbt/models -name "*.sql")
# compiled Python files make dbt and Airflow start twice as fast
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run check test stress lint build docs bench calibrate serve clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(VENV)/.ready .env dashboards/node_modules/.ready ## set up the environment in .venv and dashboards/node_modules

run: setup ## load, build and publish under Airflow, build the dashboards, serve both (SERVE=0: do not serve)
	$(BIN)/cxhouse run $(if $(filter 0,$(SERVE)),--no-serve,)

check: setup lint ## lint and the tests that need no warehouse, browser or Airflow: a minute or so
	$(PYTEST) $(SPREAD) -m "not home"

test: setup lint ## lint and run every test, on all cores
	$(PYTEST) $(SPREAD) $(TESTFLAGS)

stress: setup ## the long campaigns whole, of which make test runs a sample: simulated companies, random inputs
	CXHOUSE_TEST_STRESS=1 $(PYTEST) $(SPREAD) -m "campaign or hypothesis"

lint: $(VENV)/.ready $(VENV)/.sql-linted ## check style, types, imports and SQL
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

# only what changed since the last time
$(VENV)/.sql-linted: $(SQL) pyproject.toml $(VENV)/.ready
	@echo "$(BIN)/sqlfluff lint (models that changed since it last passed)"
	@$(BIN)/sqlfluff lint $(if $(filter-out %.sql,$?),$(SQL),$?)
	@touch $@

build: setup ## the same pipeline without Airflow: the developer's loop
	$(BIN)/cxhouse run --no-airflow --no-serve

docs: $(VENV)/.ready .env ## the dbt docs site of the last build as one HTML file; says where
	$(BIN)/cxhouse docs

bench: setup ## what a day costs (SCALE=1: the demo as large as a company), and seconds to score customers, judge changes, land files (ROWS=1000000)
	$(BIN)/python -m tests.measurements.bench_warehouse $(SCALE)
	$(BIN)/python -m tests.measurements.bench_customer_value
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.measurements.bench_effects
	$(BIN)/python -m tests.measurements.bench_landing $(ROWS)

calibrate: setup ## how often effects of changes are judged wrongly: in simulations (docs/calibration.md) and on the company's own figures
	OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(BIN)/python -m semantic.effects.simulation.calibration docs/calibration.md $(SERIES)
	$(BIN)/cxhouse calibrate

serve: setup ## serve the dashboards as built last
	$(BIN)/cxhouse serve

clean: ## remove everything that can be made again: environment, demo, lake, warehouse, site, Airflow (in .cxhouse); ledger and .env stay
	rm -rf .cxhouse/lake .cxhouse/warehouse.duckdb* .cxhouse/serving .cxhouse/dashboards .cxhouse/airflow .cxhouse/state .cxhouse/demo .cxhouse/restricted
	rm -rf dashboards/node_modules .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/.ready: requirements.lock pyproject.toml cxhouse/make_environment.sh
	cxhouse/make_environment.sh $(PYTHON) $(VENV)
	@touch $@

.env: | $(VENV)/.ready
	@umask 077 && printf 'CXHOUSE_HASH_KEY=%s\n' "$$($(BIN)/python -c 'import secrets; print(secrets.token_hex(32))')" > $@
	@echo "wrote .env with a new hash key (mode 600)"

dashboards/node_modules/.ready: dashboards/package-lock.json dashboards/package.json dashboards/.npmrc | $(VENV)/.ready
	$(BIN)/python -c "from pathlib import Path; from cxhouse.site.building import ensure_node_modules; ensure_node_modules(Path('dashboards'), progress=print)"
	@touch $@
