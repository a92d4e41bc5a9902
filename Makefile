# Everything that a person or CI calls. `make help` lists it; every target sets up what it needs.
SHELL := /bin/bash
PYTHON ?= python3
VENV := backend/.venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
DATA ?= data
# Parts of the tests to do without: any of dockerd, mariadb, rabbitmq, chromium. The report names what was left out.
WITHOUT ?=
# Parts of the measurements to do alone: start, throughput, stops, logs, viewers, pages, schedules, listing, minutes, memory,
# memory_docker, compose.
ONLY ?=
# How many processes share out the tests that leave the services whole.
PROCESSES ?= 3
export SCRIPTER_TEST_WITHOUT := $(WITHOUT)
# Where somebody has forbidden Python to keep what it has compiled, each of some hundred processes would compile it anew.
unexport PYTHONDONTWRITEBYTECODE
PORT ?= 8200
# How long and how hard a chaos campaign is, and which one: a seed always gives the same.
JOBS ?= 300
KILLS ?= 60
SEED ?= 1
SEEDS ?= 20
LINES ?= 5000

.DEFAULT_GOAL := help
.PHONY: help setup run provision test test-backend test-compose test-frontend bed images check check-backend check-frontend \
	bench chaos crashes cron screenshots lighthouse types lock clean

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  \033[1m%-14s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready frontend/node_modules/.ready ## Install the Python and JavaScript dependencies into this folder

$(VENV)/.ready: backend/requirements-dev.lock backend/pyproject.toml
	@echo "Installing Scripter's Python dependencies into $(VENV) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Scripter needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	@cd backend && .venv/bin/uv pip sync --quiet --require-hashes requirements-dev.lock
	@cd backend && .venv/bin/uv pip install --quiet --no-deps --editable .
	@touch $@

frontend/node_modules/.ready: frontend/package-lock.json
	@command -v npm >/dev/null || { echo "Scripter's pages are built with Node.js 20 or newer (node and npm); please install it."; exit 1; }
	@echo "Installing the pages' dependencies into frontend/node_modules ..."
	@cd frontend && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

frontend/audit/node_modules/.ready: frontend/audit/package-lock.json
	@echo "Installing Lighthouse into frontend/audit/node_modules ..."
	@cd frontend/audit && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

frontend/dist/index.html: frontend/node_modules/.ready $(shell find frontend/src frontend/public frontend/index.html frontend/vite.config.ts -type f 2>/dev/null)
	@echo "Building the pages ..."
	@cd frontend && npm run --silent build -- --logLevel warn

run: $(VENV)/.ready frontend/dist/index.html ## Run Scripter here, in one process, with its data in DATA=data on PORT=8200
	@$(BIN)/scripter up --data $(DATA) --port $(PORT)

provision: ## Install the services that the tests need, from Debian's packages (as root)
	@backend/provision

check: check-backend check-frontend ## Lint, types, import order, for Python and TypeScript

check-backend: $(VENV)/.ready
	@cd backend && .venv/bin/ruff check . && .venv/bin/ruff format --check --quiet . && .venv/bin/mypy && .venv/bin/lint-imports --no-cache

check-frontend: types
	@git diff --exit-code --stat -- frontend/src/api/schema.d.ts || { echo "The pages' types were out of date; they are new now: commit them."; exit 1; }
	@cd frontend && npm run --silent check

test: $(VENV)/.ready frontend/node_modules/.ready ## Run every check and test against real services (WITHOUT="part ..." leaves some out)
	@backend/run-tests all $(PROCESSES)

test-backend: bed frontend/dist/index.html
	@backend/run-tests backend $(PROCESSES)

bed: provision $(VENV)/.ready
	@# Begun anew: containers that an interrupted run left behind hold addresses that the engine, killed by the tests
	@# of its restart, has forgotten to have given away.
	@cd backend && .venv/bin/python -m testbed down && .venv/bin/python -m testbed up

images: bed
	@# Ahead of time. The tests of the stack make what is missing, and say what is amiss.
	-@cd backend && .venv/bin/python -m testbed images

test-compose: $(VENV)/.ready ## Bring up compose.yaml itself and use, crash, renew, back up and restore it
	@backend/provision && cd backend && .venv/bin/python -m testbed up && .venv/bin/python -m testbed images && .venv/bin/pytest -m compose

test-frontend: frontend/node_modules/.ready
	@cd frontend && npm test --silent

bench: $(VENV)/.ready ## Measure Scripter beside Docker itself; prints lines `figure NAME VALUE UNIT` (ONLY="part ...")
	@backend/provision && cd backend && .venv/bin/python -m testbed up && .venv/bin/python -m testbed images && .venv/bin/python -m benchmarks $(ONLY)

chaos: $(VENV)/.ready ## Kill every service at random while jobs run, then judge: JOBS=300 KILLS=60 SEED=1
	@backend/provision && cd backend && .venv/bin/python -m testbed down && .venv/bin/python -m testbed up && .venv/bin/python -m chaos --jobs $(JOBS) --kills $(KILLS) --seed $(SEED)

crashes: $(VENV)/.ready ## Kill a process at every step of a job's way, SEEDS=20 times each
	@backend/provision && cd backend && .venv/bin/python -m testbed up && SCRIPTER_TEST_SEEDS=$(SEEDS) .venv/bin/pytest tests/e2e/test_crash_points.py

cron: $(VENV)/.ready ## Put 5,000 crontab lines in six zones to a walk over every minute of four years (LINES=5000 SEED=1)
	@cd backend && SCRIPTER_TEST_CRON_LINES=$(LINES) SCRIPTER_TEST_SEED=$(SEED) .venv/bin/pytest -v tests/schedules/test_due_against_walker.py

screenshots: $(VENV)/.ready frontend/dist/index.html ## Make a picture of every page, light, dark and as on a phone, in frontend/screenshots
	@cd backend && SCRIPTER_TEST_WITHOUT="dockerd mariadb rabbitmq" .venv/bin/python -m testbed.pictures

lighthouse: $(VENV)/.ready frontend/dist/index.html frontend/audit/node_modules/.ready ## Put overview, editor and job page to Lighthouse; exits with 1 below a budget
	@cd backend && SCRIPTER_TEST_WITHOUT="dockerd mariadb rabbitmq" .venv/bin/python -m testbed.audit

types: $(VENV)/.ready frontend/node_modules/.ready ## Write the OpenAPI document and the pages' types from it
	@cd backend && .venv/bin/python -m scripter.web > openapi.json
	@cd frontend && npm run --silent types

lock: $(VENV)/.ready ## Resolve the Python dependencies anew
	@cd backend && .venv/bin/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	@cd backend && .venv/bin/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml --group dev -o requirements-dev.lock

clean: ## Remove what was installed and built here (not the data)
	rm -rf $(VENV) frontend/node_modules frontend/audit/node_modules frontend/dist
