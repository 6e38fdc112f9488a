# `make run` starts the server, `make test` runs all checks. Both install what they need, without questions.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
# The console's sources: after a change the next install rebuilds the console.
CONSOLE := hatch_build.py $(shell find console -name node_modules -prune -o -type f -print)
LOCK := $(UV) pip compile --quiet --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11
# Everything that is fetched is locked by a hash, wheels only: building a source distribution would fetch more.
INSTALL := $(UV) pip install --quiet --python $(BIN)/python --require-hashes --no-build
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run install dev test check check-fast torture integrations s3-tests pictures format lock bench comparison clean

run: install
	$(BIN)/iamd serve

install: $(VENV)/.installed
dev: $(VENV)/.dev
test: check

check: dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m scripts.npm console run --silent check
	$(BIN)/python -m scripts.npm console test --silent
	$(BIN)/python -m scripts.install_browser
	$(BIN)/pytest -n auto --dist loadgroup -q

# Quick checks during development: the tests most affected by uncommitted changes, or by a branch (SINCE=main).
check-fast: dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto --dist loadgroup -q $$($(BIN)/python -m scripts.affected_tests $(if $(SINCE),--since $(SINCE)))

# Long attacks on real servers, and what they change for others.
torture: dev
	$(BIN)/pytest -q -s -m torture tests/torture

# Clients and stores of others, as far as they are installed.
integrations: dev
	$(BIN)/pytest -q -m integrations tests

# Ceph's s3-tests, in a checkout: S3_TESTS=/path make s3-tests (docs/s3-tests.md).
s3-tests: dev
	$(BIN)/python -m tests.forward_auth.s3_tests $(or $(S3_TESTS),$(error S3_TESTS must be the path of a checkout)) -q \
		-k "test_iam or test_sts or policy" --deselect s3tests/functional/test_sts.py::test_assume_role_creds_expiry \
		s3tests/functional/test_s3.py s3tests/functional/test_iam.py s3tests/functional/test_sts.py

pictures: dev
	$(BIN)/python -m scripts.install_browser
	$(BIN)/pytest -q tests/browser/test_walkthrough.py --pictures docs/pictures

format: dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.bench
	$(BIN)/python -m bench.http --write docs/performance.md
	$(BIN)/python -m bench.steps --write docs/performance.md
	$(BIN)/python -m bench.policy --write docs/performance.md
	$(BIN)/python -m bench.services --write docs/performance.md

# What emulators and stores refuse by themselves, and behind iamd. MiniStack is measured too, if MINISTACK is its command.
comparison: dev
	$(BIN)/python -m bench.comparison --write docs/comparison.md

lock: $(UV)
	$(LOCK) pyproject.toml --extra check -o requirements/run.txt $(UPGRADE)
	$(LOCK) --group build -c requirements/run.txt -o requirements/build.txt $(UPGRADE)
	$(LOCK) pyproject.toml --extra check --extra dev -c requirements/run.txt -c requirements/build.txt -o requirements/dev.txt $(UPGRADE)
	$(LOCK) pyproject.toml --extra bench -c requirements/dev.txt -o requirements/bench.txt $(UPGRADE)

clean:
	rm -rf $(VENV) build dist console/node_modules src/iamd/web/console .mypy_cache .pytest_cache .ruff_cache

$(UV):
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/uv.txt
	$(BIN)/python -m pip --version >/dev/null

$(VENV)/.installed: $(UV) requirements/run.txt requirements/build.txt pyproject.toml $(CONSOLE)
	$(INSTALL) -r requirements/run.txt -r requirements/build.txt
	$(UV) pip install --quiet --python $(BIN)/python --offline --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.installed requirements/dev.txt
	$(INSTALL) -r requirements/dev.txt
	touch $@

$(VENV)/.bench: $(VENV)/.dev requirements/bench.txt
	$(INSTALL) -r requirements/bench.txt
	touch $@
