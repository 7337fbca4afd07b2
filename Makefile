# `make` alone lists what one can do. Everything sets itself up; the second time takes no time.
SHELL := /bin/bash
.DEFAULT_GOAL := help
export PYTHON
# A program started by make keeps the checkout's Dagster home unless another one is named.
export DAGSTER_HOME ?= $(CURDIR)/.dagster
BIN := .venv/bin

.PHONY: help
help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## make .venv with everything for running and developing
	@bin/setup dev
	@bin/dagster-home

.PHONY: ready
ready:
	@bin/setup
	@bin/dagster-home

.PHONY: developing
developing:
	@bin/setup dev

.PHONY: demo
demo: ready ## run the connectors for a demo account against the sandbox, and report
	@$(BIN)/certain-eloqua demo --home .demo --replace

.PHONY: ui
ui: ready ## start the sandbox (unless real credentials are configured) and the Dagster UI
	@bin/ui

.PHONY: test
test: ## every check that CI runs: lint, types, tests
	@bin/test

.PHONY: lint
lint: developing ## look for mistakes and untidiness in the code
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

.PHONY: format
format: developing ## put the code in order, mend what can be mended without thought
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

.PHONY: types
types: developing ## check the types
	@$(BIN)/mypy

.PHONY: bench
bench: developing ## run the benchmarks and print their table
	@$(BIN)/python -m benchmarks

.PHONY: check-connectors
check-connectors: ready ## check the connector files without running anything
	@$(BIN)/certain-eloqua connectors check

.PHONY: docs
docs: developing ## write the pages that are read off the code (docs/commands.md)
	@$(BIN)/python -W ignore -m docs.generate

.PHONY: site
site: developing ## build the documentation site into site/, with strict links
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build && echo "site/index.html"

.PHONY: constraints
constraints: ## resolve the newest versions allowed and write constraints.txt anew
	@bin/constraints

.PHONY: clean
clean: ## remove .venv, caches and the checkout's Dagster home (runs, frames, ledger, the sandbox's people) and the demo's
	@rm -rf .venv .dagster .demo .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist site *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
