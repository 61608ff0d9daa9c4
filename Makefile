# `make` alone lists what there is. `make run` and `make test` do all of their own set-up.

SHELL := /bin/sh
SYSTEM_PACKAGES ?= yes
BIN := .venv/bin
export PYTHON
# What one process has compiled serves the others: tests start hundreds of them.
unexport PYTHONDONTWRITEBYTECODE

ifeq ($(shell uname -s),Darwin)
# Python looks for Homebrew's libraries only where it is told to.
export DYLD_FALLBACK_LIBRARY_PATH := $(shell brew --prefix 2>/dev/null)/lib:/usr/local/lib:/usr/lib
endif

.DEFAULT_GOAL := help
.PHONY: help run test check coverage ready-to-run ready-to-test lint format lock audit wheel messages language map bench soak cluster clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ready-to-run ## Set up what is missing and serve the demonstration on http://127.0.0.1:8000 (PORT changes it)
	@exec $(BIN)/estimator serve --demo

test: ready-to-test ## Set up what is missing, check the code and run every test
	@sh setup/timed.sh "make test" 8 $(MAKE) --no-print-directory --jobs 2 lint-only tests-only

QUICK := not browser and not processes and not soak and not wheel

check: ready-to-test ## Check the code and run half of the tests that need no browser, wheel, process of their own or patience
	@sh setup/timed.sh "make check" 3 $(MAKE) --no-print-directory --jobs 2 lint-only tests-only \
		WITHOUT='-m "$(QUICK) and not second_half"'

# On a virtual machine the first use of a page of memory can cost more than what is done with it: taken in large pages,
# the start of a process took a third of the time.
LARGE_PAGES := PYTHONMALLOC=malloc GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.top_pad=67108864

# Each process takes a neighbour's tests when its own are done; what a file's tests share is made in few of them. Many
# tests wait for processes and servers of their own, so there are more of these processes than cores.
IN_MEMORY := TMPDIR=$$(sh setup/scratch.sh) $(LARGE_PAGES)
PROCESSES ?= $(shell expr 2 \* $$(getconf _NPROCESSORS_ONLN))
.PHONY: tests-only
tests-only:
	@$(IN_MEMORY) $(BIN)/python -m pytest --numprocesses $(PROCESSES) --dist worksteal --durations 15 $(WITHOUT) $(PYTEST)

ready-to-run:
	@if [ "$(SYSTEM_PACKAGES)" = yes ]; then sh setup/system-packages.sh run; fi
	@sh setup/environment.sh run

ready-to-test:
	@if [ "$(SYSTEM_PACKAGES)" = yes ]; then sh setup/system-packages.sh test; fi
	@sh setup/environment.sh test

coverage: ready-to-test ## Run the quick and the long tests, and print what they reach; pricing/ has to be reached whole
	@$(IN_MEMORY) $(BIN)/python -m pytest --quiet --numprocesses $(PROCESSES) --dist worksteal --durations 15 \
		--cov --cov-report= -m "($(QUICK)) or long" $(PYTEST)
	@$(BIN)/coverage report
	@$(BIN)/coverage report --include "pricing/*" --fail-under 100

lint: ready-to-test lint-only ## Check style, types and the directions of imports

.PHONY: lint-only
lint-only:
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: ready-to-test ## Write the code in the one style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: ready-to-test ## Lock the newest allowed packages with their hashes
	@for list in "requirements.txt --extra build --extra postgresql --extra redis" \
		"requirements-dev.txt --extra build --extra dev"; do \
		set -- $$list; file=$$1; shift; \
		$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-emit-find-links --no-header "$$@" setup.cfg --output-file $$file; \
	done
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header setup/audit.in --output-file setup/audit.txt
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header setup/build.in --output-file setup/build.txt

audit: ready-to-test ## Ask about known vulnerabilities of the locked packages; without a network it says "not audited"
	@sh setup/audit.sh

wheel: ready-to-test ## Build the wheel into dist/
	@$(BIN)/python -m build --wheel --no-isolation

messages: ready-to-test ## Bring the message catalogues up to date with the sentences in the code
	@sh setup/messages.sh

language: ready-to-test ## Begin another language for patients: make language TAG=pt (docs/languages/README.md)
	@sh setup/messages.sh new $(TAG)

map: ready-to-run ## Bring the map of the rooms in CONTRIBUTING.md and their picture up to date
	@$(BIN)/python setup/rooms.py

bench: ready-to-run ## Measure what docs/performance.md reports
	@$(BIN)/python -m benchmarks

soak: ready-to-test ## Run what `make test` samples at full length: mails and quotes under kills, invented lists, hostile inputs
	@$(IN_MEMORY) HYPOTHESIS_PROFILE=soak $(BIN)/python -m pytest --numprocesses auto --dist worksteal --durations 15 \
		-m "soak or long or hypothesis or both_databases or many_variants" $(PYTEST)
	@$(MAKE) --no-print-directory cluster

SIZE ?= 500
cluster: ready-to-test ## Break six machines of network namespaces amid 500 quotes and mails (SIZE=40 tries it); as root
	@CLUSTER_SIZE=$(SIZE) $(BIN)/python -m pytest --quiet -m cluster tests/cluster $(PYTEST)

clean: ## Remove what can be made again; instance/ stays
	@rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
