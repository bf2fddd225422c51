# One command for each habit. The first run makes .venv (Python >= 3.11, pip, nothing else); later runs need no network.
.PHONY: help demo test soak check bench docs constraints clean
.NOTPARALLEL:
.DEFAULT_GOAL := help
unexport PYTHONPATH
export PYTHON

BIN := .venv/bin
ARGS ?=

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile

demo: ## three cities, from the first order to the proof of the ledger, into out/
	@tools/environment demo
	$(BIN)/python examples/demo.py $(ARGS)

test: ## every promise, with branch coverage; make test ARGS="--hypothesis-profile=deep"
	@tools/environment test
	$(BIN)/python -m pytest --numprocesses=2 --dist=loadfile --cov --cov-report=term $(ARGS)

soak: ## every moment at which a process may die, for minutes
	@tools/environment test
	$(BIN)/python -m pytest -m soak -s $(ARGS)

check: ## style, types, the direction of imports, the changelog, no address in a file, the flows and the command line as written
	@tools/environment check
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python tools/check_changelog.py
	$(BIN)/python tools/check_addresses.py
	$(BIN)/python tools/draw_flows.py --check
	$(BIN)/python tools/write_command_line.py --check
	$(BIN)/python tools/list_flow_keys.py --check

bench: ## ratios against the peers, in one run
	@tools/environment bench
	@tools/environment oracle
	$(BIN)/python benchmarks/run.py $(ARGS)

docs: ## the site, into out/docs; a dead reference is an error
	@tools/environment docs
	rm -rf docs/reference/api
	$(BIN)/sphinx-build --jobs auto --nitpicky --fail-on-warning --keep-going --quiet --fresh-env -d out/doctrees docs out/docs
	@echo "read out/docs/index.html"

constraints: ## resolve constraints.txt again, to the newest versions
	@tools/environment constraints
	mkdir -p out
	{ sed -n '/^#/p' constraints.txt; $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --group dev \
	    --no-header --no-annotate pyproject.toml; } >out/constraints.txt
	mv out/constraints.txt constraints.txt

clean: ## remove what was made here
	rm -rf .venv out build dist .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests examples benchmarks tools docs -name __pycache__ -type d -prune -exec rm -rf {} +
