# `make run` and `make test` set up everything they need; `make help` lists all commands.
PYTHON ?= python3
BIN := .venv/bin
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links

.PHONY: help setup run test soak check format bench lock
help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: .venv/ready ## create .venv with all dependencies, from the lock file

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "gateway-logs needs Python 3.11 or newer, this is %d.%d: set PYTHON=" % sys.version_info[:2])'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

run: setup ## run Elasticsearch, Kafka, indexer, API and a feed of events; Ctrl-C stops everything
	@exec $(BIN)/python -m stack run

# Each process starts servers of its own: it takes two cores and some 4 GB of memory.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(2 if (os.cpu_count() or 1) > 3 else 1)')
test: setup ## run all tests, in WORKERS processes (2 from four cores on) with their own servers
	@exec $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

MINUTES ?= 15
soak: setup ## fuzz the API, then inject faults at random: MINUTES=15 SEED=… (printed if not given)
	@FUZZ_REQUESTS=500 FUZZ_QUERIES=20000 $(BIN)/python -m pytest -s tests/api/test_fuzz.py
	@SOAK_MINUTES=$(MINUTES) $(if $(SEED),SOAK_SEED=$(SEED)) exec $(BIN)/python -m pytest -s tests/system/faults/soak.py tests/system/faults/attacks.py tests/system/faults/phrases.py

check: setup ## check formatting, lint rules and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: setup ## fix formatting and imports
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## measure the figures of docs/benchmarks.md
	@exec $(BIN)/python -m bench

lock: setup ## update both lock files after a change of pyproject.toml
	$(BIN)/pip install --quiet uv
	$(COMPILE) --group dev --group stack --extra sources pyproject.toml -o requirements.lock
	$(COMPILE) --constraint requirements.lock --extra sources pyproject.toml -o requirements-runtime.lock
