# Two commands need no set-up: `make study` and `make test` make their own environment.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help study test check slow lock clean

help: ## Show what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1|/' | column -t -s '|'

study: $(VENV)/study.stamp ## Search, confirm and report on the embedded data set (ARGS="--n-trials 60")
	$(BIN)/python -m study.search $(ARGS)

test: $(VENV)/test.stamp ## Run the tests (ARGS="-k matching")
	$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/test.stamp ## Lint and check types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

slow: $(VENV)/test.stamp ## Run the slow tests
	$(BIN)/python -m pytest -m slow $(ARGS)

lock: $(VENV)/test.stamp ## Choose the newest versions that the ranges in pyproject.toml allow
	$(BIN)/uv pip compile $(LOCK) --output-file requirements.lock
	$(BIN)/uv pip compile $(LOCK) --extra dev --constraint requirements.lock \
		--output-file requirements-dev.lock

LOCK := --quiet --upgrade --no-strip-extras --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header pyproject.toml

clean: ## Remove the environment and what tools left behind (studies stay)
	rm -rf $(VENV) build *.egg-info .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis

# A stamp holds the lock that was installed, so that only a changed lock installs again:
# a fresh clone gives every file a new time.
$(VENV)/study.stamp: requirements.lock | $(BIN)/python
	@cmp --silent $< $@ || { echo "Installing the study's packages ..." && $(PIP) -r $<; }
	@cp $< $@

$(VENV)/test.stamp: requirements-dev.lock | $(BIN)/python
	@cmp --silent $< $@ || { echo "Installing the tests' packages ..." && $(PIP) -r $<; }
	@cp $< $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; set PYTHON=..." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }
