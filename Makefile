# `make demo` and `make test` set up everything they need in .venv and tests/node/node_modules.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
NODE_READY := tests/node/node_modules/.ready
# Two for each core of a small machine: a third of the time a test waits, for PostgreSQL or for load
# that takes its seconds.
WORKERS ?= 4

.PHONY: demo test check unit coverage test-corpus bench soak listing lock clean

demo: $(READY)
	$(BIN)/senior-backend demo

test: check unit

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/codespell

# Without kept bytecode every worker rewrites and compiles every test, and every server its code.
unit coverage: export PYTHONDONTWRITEBYTECODE :=

unit: $(READY) $(NODE_READY)
	$(BIN)/pytest -q -n $(WORKERS) --dist loadgroup -m "not corpus"
	$(BIN)/pytest -q -s tests/test_budgets.py

coverage: $(READY) $(NODE_READY)
	$(BIN)/pytest -q -n $(WORKERS) --dist loadgroup --cov --cov-report=term:skip-covered -m "not corpus"

test-corpus: $(READY)
	$(BIN)/pytest -n 2 -m corpus

bench: $(READY) $(NODE_READY)
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/shadow.py
	$(BIN)/python benchmarks/catalog.py
	$(BIN)/python benchmarks/checks.py
	$(BIN)/python benchmarks/migration.py
	$(BIN)/python benchmarks/loadtest.py

soak: $(READY)
	$(BIN)/python benchmarks/soak.py

listing: $(READY)
	$(BIN)/python -m server.listing

lock: $(READY)
	$(BIN)/python -m uv pip compile --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-strip-extras --no-header --group dev pyproject.toml --upgrade -o requirements-dev.txt

clean:
	rm -rf $(VENV) tests/node/node_modules

$(READY): pyproject.toml requirements-dev.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(NODE_READY): $(READY) tests/node/package-lock.json
	$(BIN)/python tests/node/install.py
	touch $@
