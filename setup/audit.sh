#!/bin/sh
# Asks the vulnerability service about every locked package. A known vulnerability, or a package that the service does
# not know, ends it with 1. Where the service cannot be reached it says "not audited" and ends with 0.
set -eu
cd "$(dirname "$0")/.."
uv=.venv/bin/uv
own=build/audit

not_audited() {
    printf 'not audited: %s\n' "$1"
    exit 0
}

mkdir -p build
said=$(mktemp)
trap 'rm -f "$said"' EXIT

if ! {
    "$uv" venv --quiet --allow-existing --python .venv/bin/python "$own" &&
        "$uv" pip install --quiet --python "$own/bin/python" --require-hashes --requirement setup/audit.txt
} >"$said" 2>&1; then
    not_audited "pip-audit cannot be installed here ($(tail -n 1 "$said"))."
fi

audit() {
    "$own/bin/pip-audit" --strict --disable-pip --progress-spinner off --timeout 15 "$@"
}

# A release whose faults have been known since 2014. A service that does not tell of them is not there.
printf 'jinja2==2.7.2\n' >build/known-faults.txt
if audit --no-deps --requirement build/known-faults.txt >"$said" 2>&1 || ! grep -q 'known vulnerabilit' "$said"; then
    not_audited "the vulnerability service cannot be reached."
fi

audit --require-hashes --requirement requirements.txt --requirement requirements-dev.txt
