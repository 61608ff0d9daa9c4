#!/bin/sh
# Extracts the sentences of code and templates, merges them into every language's catalogues and compiles those.
# `sh setup/messages.sh new xx` begins the language xx.
set -eu

exec .venv/bin/python setup/catalogues.py "$@"
