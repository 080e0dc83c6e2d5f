# Two commands do everything on a machine with Python 3.11: `make compile` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
QUICK := $(VENV)/.quick
TYPESCRIPT := typescript@5.9.3
# Without hashes: their builds differ by machine.
TORCH := torch==2.13.0
UV := uv==0.13.9
# Where an image sets it, every process that a test starts would compile the sources of PyTorch anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: compile test quick lint presets types mypy pyright web unit conformance campaign bench pins clean

compile: $(READY)  ## set up, then compile the default bank: lock and artifact
	$(BIN)/mien compile presets/default

# The presets come first: they compile the kernels, which each worker would else do for itself.
test: $(READY)  ## set up, then every check that a change must pass
	$(MAKE) --no-print-directory -j2 presets lint mypy unit pyright web

quick: $(QUICK)  ## set up without PyTorch, then the tests of text, presets and engine: under a minute in all
	$(BIN)/python -m pytest -q -n auto tests/test_reader.py tests/test_format.py tests/test_lint.py \
	  tests/test_schemas.py tests/test_broken_banks.py tests/test_diff_rules.py tests/test_ledger.py

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

presets: $(READY)
	$(BIN)/mien fmt --check presets/default presets/rigs presets/faces presets/visemes presets/aliases presets/readings
	$(BIN)/mien check presets/default
	$(BIN)/mien compile presets/default --check
	$(BIN)/mien verify

types: mypy pyright

mypy: $(READY)
	$(BIN)/mypy

pyright: $(READY)
	$(BIN)/pyright

web: $(READY)
	@if command -v npx >/dev/null; \
	then for folder in compiler/mien/web compiler/mien/web/avatar compiler/mien/web/types trainer/mien_trainer/preview; \
	do npx --yes --package $(TYPESCRIPT) tsc -p $$folder/jsconfig.json || exit 1; done; \
	elif [ -n "$$CI" ]; then echo "no Node here: the types of the pages cannot be checked"; exit 1; \
	else echo "skipped: no Node here, the types of the pages are not checked"; fi

# Each worker has a core; threads of numerical libraries would wait for those of the other.
unit: $(READY)
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

conformance: $(READY)  ## the same bits from all that this machine can run: ten minutes with node and qemu-user-static
	$(BIN)/python -m mien.conformance --environments build/conformance/environments --aarch64 build/conformance/aarch64

campaign: $(READY)  ## faults at random: bad input, kills, full disks; ten minutes
	$(BIN)/python -m tests.campaign

bench: $(READY)  ## speed against peers, in one run
	$(BIN)/mien bench --plot build/bench.svg

pins:  ## choose the pinned versions anew (needs uv)
	uv pip compile pyproject.toml --group dev --extra targets --extra cluster --universal --python-version 3.11 --generate-hashes --no-header --upgrade -q -o .requirements.txt

clean:
	rm -rf $(VENV) build dist

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("mien needs Python 3.11 or newer: make PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(QUICK): pyproject.toml .requirements.txt | $(BIN)/python
	sed -n 's/^\([a-z0-9].*==[^\\]*\).*/\1/p' .requirements.txt >$(VENV)/constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c $(VENV)/constraints.txt \
	  -e . hypothesis pytest pytest-xdist
	touch $@

$(READY): pyproject.toml .requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile $(TORCH) $(UV)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r .requirements.txt || \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r .requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@
