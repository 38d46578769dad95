# Everything a contributor does. Only python3 (3.11 to 3.13) and make are needed; the rest is
# installed into .venv from the lock files. Another interpreter: PYTHON=python3.12 make test

PYTHON ?= python3
VENV ?= .venv
COMPILED_VENV ?= .venv-compiled
WORKERS ?= auto
PYTEST_OPTIONS ?=
FUZZ_OPTIONS ?=
PRECOMPILE_RUNS ?= 20000

# Where each step finds the tools of the environment first.
BIN = $(CURDIR)/$(VENV)/bin
ENVIRONMENT = PYTHON="$(PYTHON)" sh scripts/environment.sh

.DEFAULT_GOAL := help
.PHONY: help demo test lint format types imports check contracts fixtures fuzz soak precompiles lock clean compiled runtime development

help:  ## Show this list
	@sed -n 's/^\([a-z]*\):.*  ## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

demo: runtime  ## Deploy a token, transfer some of it, read the balances
	@PATH="$(BIN):$$PATH" sh scripts/demo.sh

test: development  ## Run every test
	@"$(BIN)/python" -m pytest --numprocesses $(WORKERS) $(PYTEST_OPTIONS)

lint: development  ## Check style and format
	"$(BIN)/ruff" check
	"$(BIN)/ruff" format --check

format: development  ## Put the sources into the format that lint expects
	"$(BIN)/ruff" check --fix
	"$(BIN)/ruff" format

types: development  ## Check the types
	"$(BIN)/mypy"

imports: development  ## Check who may import whom
	"$(BIN)/lint-imports" --no-logo

check: lint types imports test  ## All of the checks above

contracts: development  ## Build the example contracts from their WAT sources
	"$(BIN)/python" contracts/build.py

fixtures: development  ## Write our own state tests from their sources and run them
	"$(BIN)/python" fixtures/build.py
	"$(BIN)/ewasm" statetest fixtures/state

soak: development  ## Damage stores and kill their writers, and kill nodes, many times, with counts
	EWASM_SOAK=1 EWASM_RESULTS=tests/RESULTS-soak.md EWASM_RESULTS_OF="make soak" \
	"$(BIN)/python" -m pytest -rP tests/evm_wasm/state/test_faults.py tests/evm_wasm/rpc/test_durability.py

precompiles: development  ## Compare the precompile contracts with their references, with counts
	EWASM_PRECOMPILE_RUNS=$(PRECOMPILE_RUNS) \
	EWASM_RESULTS=contracts/precompiles/RESULTS.md EWASM_RESULTS_OF="make precompiles" \
	"$(BIN)/python" -m pytest -rP tests/contracts/precompiles

fuzz: development  ## Prove the injector on many random modules (FUZZ_OPTIONS='--runs 1000 --seed 7')
	"$(BIN)/python" -m fuzz $(FUZZ_OPTIONS)

compiled:  ## Install a wheel with compiled modules into .venv-compiled (needs a C compiler)
	@$(ENVIRONMENT) $@ "$(COMPILED_VENV)"
	@echo "Run $(COMPILED_VENV)/bin/ewasm, or $(COMPILED_VENV)/bin/python benchmarks/injector.py"

lock:  ## Resolve the dependencies anew (needs uv)
	UV="$(UV)" UPGRADE="$(UPGRADE)" sh scripts/lock.sh

clean:  ## Remove everything that these commands made
	rm -rf $(VENV) $(COMPILED_VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

runtime development:
	@$(ENVIRONMENT) $@ "$(VENV)"
