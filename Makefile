# make demo    a fictional company's site with Troth on it, on one port
# make test    everything: format, types, import contract, all tests (a real browser included)
# make check   the fast loop: format, types, import contract, quick tests
# make bench   the budgets, as ratios
SHELL := /bin/bash
VENV ?= .venv
BIN := $(VENV)/bin
# The newest Python that really starts and can make environments: a version manager puts commands on
# the path that only print that nothing is chosen.
RUNS := import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for each in $$(type -ap python3.13 python3.12 python3.11 python3); do \
	"$$each" -c '$(RUNS)' >/dev/null 2>&1 && echo "$$each" && break; done)
RUN_STAMP := $(VENV)/.run-installed
DEV_STAMP := $(VENV)/.dev-installed
PORT ?= 8400
DEMO_DATA ?= demo-data

.PHONY: demo test check lint quick browser bench lock picture clean

demo: $(RUN_STAMP)
	$(BIN)/troth demo --port $(PORT) --data $(DEMO_DATA)

test: $(DEV_STAMP) browser lint
	$(BIN)/python -m pytest tests/faults --durations=5
	$(BIN)/python -m pytest tests --ignore tests/faults --durations=10
	@$(BIN)/python scripts/find_browser.py --report

check: $(DEV_STAMP) lint quick

quick: $(DEV_STAMP)
	$(BIN)/python -m pytest tests -m "not slow and not browser"

lint: $(DEV_STAMP)
	$(BIN)/ruff format --check src tests bench scripts
	$(BIN)/ruff check src tests bench scripts
	$(BIN)/mypy
	$(BIN)/lint-imports --config .importlinter

browser: $(DEV_STAMP)
	$(BIN)/python scripts/find_browser.py --install

bench: $(DEV_STAMP)
	$(BIN)/python bench/collect.py
	$(BIN)/python bench/consent.py
	$(BIN)/python bench/banner.py

picture: $(DEV_STAMP) browser
	$(BIN)/python scripts/picture.py

lock:
	scripts/lock.sh

$(VENV)/bin/python:
	@[ -n "$(PYTHON)" ] && "$(PYTHON)" -c '$(RUNS)' || { echo "error: found no Python 3.11 or newer that can make virtual environments"; echo "fix:   apt-get install python3 python3-venv, or make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 2; }
	"$(PYTHON)" -m venv $(VENV)

$(RUN_STAMP): requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python scripts/link_source.py
	@touch $@

$(DEV_STAMP): requirements/dev.txt $(RUN_STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

clean:
	rm -rf $(VENV) demo-data .mypy_cache .ruff_cache .pytest_cache .hypothesis
