# make demo, make test: the two commands of the README. They need Python (3.10 or later), git and
# make; everything else is installed into .venv here, never into the system's Python.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo test test-long check bench-speed bench-clusters bench-quality bench-unseen \
        bench-index bench-filter bench-overhead bench-dev bench-report clean

help:  ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

demo: $(VENV)/.has-demo  ## make a small crawl, scan it, show what was found
	@PATH="$(CURDIR)/$(BIN):$$PATH" scripts/demo

test: $(VENV)/.has-dev  ## lint, types and tests: everything CI does
	@PATH="$(CURDIR)/$(BIN):$$PATH" scripts/check

test-long: $(VENV)/.has-dev  ## the tests that take minutes
	@PATH="$(CURDIR)/$(BIN):$$PATH" python -m pytest -m long --timeout 1800

check: $(VENV)/.has-dev  ## lint and types only
	@PATH="$(CURDIR)/$(BIN):$$PATH" scripts/check lint types

bench-speed: $(VENV)/.has-dev  ## measure speed and memory into benchmarks/results/
	@PATH="$(CURDIR)/$(BIN):$$PATH" python -m benchmarks.speed
	@PATH="$(CURDIR)/$(BIN):$$PATH" python -m benchmarks.speed.tiers

bench-clusters: $(VENV)/.has-dev  ## measure near-duplicate clusters into benchmarks/results/
	@PATH="$(CURDIR)/$(BIN):$$PATH" python -m benchmarks.clusters

bench-quality: $(VENV)/.has-dev  ## measure the shipped model into benchmarks/results/
	@PATH="$(CURDIR)/$(BIN):$$PATH" python -m benchmarks.quality
	@PATH="$(CURDIR)/$(BIN):$$PATH" python -m benchmarks.quality.attacks
	@PATH="$(CURDIR)/$(BIN):$$PATH" python -m benchmarks.quality.lengths
	@PATH="$(CURDIR)/$(BIN):$$PATH" python -m benchmarks.quality.cost
	@PATH="$(CURDIR)/$(BIN):$$PATH" python -m benchmarks.quality.pages

bench-unseen: $(VENV)/.has-dev  ## measure the training recipe on unseen sources and generators
	@PATH="$(CURDIR)/$(BIN):$$PATH" python -m benchmarks.quality.unseen

bench-index: $(VENV)/.has-dev  ## measure indexes of known texts
	@PATH="$(CURDIR)/$(BIN):$$PATH" python -m benchmarks.index

bench-filter: $(VENV)/.has-dev  ## measure filtering beside a plain read
	@PATH="$(CURDIR)/$(BIN):$$PATH" python -m benchmarks.filter

bench-dev: $(VENV)/.has-dev  ## compare detectors on the labelled sets of ../shared (an hour)
	@PATH="$(CURDIR)/$(BIN):$$PATH" python -m benchmarks.bench.dev

bench-overhead: $(VENV)/.has-dev  ## measure what the benchmark of detectors costs itself
	@PATH="$(CURDIR)/$(BIN):$$PATH" python -m benchmarks.bench.overhead

bench-report: $(VENV)/.has-dev  ## measure the report of a million documents
	@PATH="$(CURDIR)/$(BIN):$$PATH" python -m benchmarks.report

clean:  ## remove the virtual environment, the demo and every cache
	rm -rf $(VENV) .demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis benchmarks/.peers
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp for each set of extras: pip runs again only when pyproject.toml has changed.
$(VENV)/.has-%: pyproject.toml scripts/setup
	@scripts/setup "$(PYTHON)" "$(VENV)" "$*"
	@touch $@
