# Two commands do everything on a machine with Python 3.11: `make compile` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: compile test lint types unit conformance bench clean

compile: $(READY)  ## set up, then compile the default bank: lock and artifact
	$(BIN)/mien compile presets/default

test: lint types unit  ## set up, then every check that a change must pass

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mien fmt --check presets
	$(BIN)/mien check presets/default
	$(BIN)/mien compile presets/default --check

types: $(READY)
	$(BIN)/mypy
	$(BIN)/pyright

unit: $(READY)
	$(BIN)/python -m pytest -n auto

conformance: $(READY)  ## the same bits from every evaluator this machine can run
	$(BIN)/python -m mien.conformance

bench: $(READY)  ## speed against peers, in one run
	$(BIN)/mien bench

clean:
	rm -rf $(VENV) build dist

$(READY): pyproject.toml .requirements.txt
	$(PYTHON) -c 'import sys; sys.exit("mien needs Python 3.11 or newer: set PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@
