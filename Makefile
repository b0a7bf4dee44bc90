# Two commands: `make run` does the main job and serves it, `make test` checks everything. `make help` lists the rest.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SERVE ?= 1
SERIES ?= 2000
SQL := $(shell find company/models tests/companies dbt/models/intermediate -name "*.sql")
# compiled Python starts dbt and Airflow twice as fast
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run test lint build bench calibrate serve clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(VENV)/.ready .env dashboards/node_modules/.ready ## set up the environment in .venv and dashboards/node_modules

run: setup ## load, build and publish under Airflow, build the dashboards, serve both (SERVE=0: do not serve)
	$(BIN)/cxhouse run $(if $(filter 0,$(SERVE)),--no-serve,)

test: setup lint ## lint and run every test, on all cores
	OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 --dist loadscope

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

bench: setup ## seconds to score a million simulated customers and to judge 20,000 changes
	$(BIN)/python -m tests.measurements.bench_customer_value
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.measurements.bench_effects

calibrate: setup ## how often effects of changes are judged wrongly: simulated (docs/calibration.md), and on the company's own figures
	OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(BIN)/python -m semantic.effects.simulation.calibration docs/calibration.md $(SERIES)
	$(BIN)/cxhouse calibrate

serve: setup ## serve the dashboards as built last
	$(BIN)/cxhouse serve

clean: ## remove what can be made again: environment, demo, lake, warehouse, site, Airflow (in .cxhouse); ledger and .env stay
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
