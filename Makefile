# `make` alone lists what there is. `make run` and `make test` do all of their own set-up.

SHELL := /bin/sh
SYSTEM_PACKAGES ?= yes
BIN := .venv/bin
export PYTHON

ifeq ($(shell uname -s),Darwin)
# Python looks for Homebrew's libraries only where it is told to.
export DYLD_FALLBACK_LIBRARY_PATH := $(shell brew --prefix 2>/dev/null)/lib:/usr/local/lib:/usr/lib
endif

.DEFAULT_GOAL := help
.PHONY: help run test ready-to-run ready-to-test lint format lock wheel messages bench soak clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ready-to-run ## Set up what is missing and serve the demonstration on http://127.0.0.1:8000 (PORT changes it)
	@exec $(BIN)/estimator serve --demo

test: ready-to-test ## Set up what is missing, check the code and run every test
	@$(MAKE) --no-print-directory lint-only
	@$(BIN)/python -m pytest --numprocesses 2 $(PYTEST)

ready-to-run:
	@if [ "$(SYSTEM_PACKAGES)" = yes ]; then sh setup/system-packages.sh run; fi
	@sh setup/environment.sh run

ready-to-test:
	@if [ "$(SYSTEM_PACKAGES)" = yes ]; then sh setup/system-packages.sh test; fi
	@sh setup/environment.sh test

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
	@for list in "requirements.txt --extra build" "requirements-dev.txt --extra build --extra dev"; do \
		set -- $$list; file=$$1; shift; \
		$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-emit-find-links --no-header "$$@" setup.cfg --output-file $$file; \
	done

wheel: ready-to-test ## Build the wheel into dist/
	@$(BIN)/python -m build --wheel --no-isolation

messages: ready-to-test ## Bring the message catalogues up to date with the sentences in the code
	@sh setup/messages.sh

bench: ready-to-run ## Measure what docs/performance.md reports
	@$(BIN)/python -m benchmarks

soak: ready-to-test ## Kill processes over and over while 500 mails go out and 500 quotes are issued, and count them
	@KILLED_MAILS=500 KILLED_QUOTES=500 $(BIN)/python -m pytest tests/estimator/processes/test_mails_killed.py \
		tests/estimator/processes/test_quotes_killed.py $(PYTEST)

clean: ## Remove what can be made again; instance/ stays
	@rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
