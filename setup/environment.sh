#!/bin/sh
# Makes the virtual environment in .venv from the hash-locked list, for running or (with "test") for the tests.
# It does nothing when the environment is what the list says, and repairs one that was left half made.
set -eu

purpose=${1:-run}
environment=.venv
stamp=$environment/installed

say() {
    printf '%s\n' "$*" >&2
}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for name in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
        if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 && new_enough "$name"; then
            command -v "$name"
            return 0
        fi
    done
    say "Python 3.11 or newer is needed and was not found. Install it (Debian 12 or Ubuntu 24.04 and newer:"
    say "apt-get install python3 python3-venv; macOS: brew install python), or name one: make run PYTHON=/path/to/python3"
    return 1
}

checksum() {
    cat "$@" | cksum
}

case $purpose in
    test) lock=requirements-dev.txt ;;
    *) lock=requirements.txt ;;
esac
wanted_run="run $(checksum requirements.txt setup.cfg pyproject.toml)"
wanted_test="test $(checksum requirements.txt requirements-dev.txt setup.cfg pyproject.toml)"
have=$(cat "$stamp" 2>/dev/null || true)

if [ -n "$have" ] && "$environment/bin/python" -c 'import flask' >/dev/null 2>&1; then
    case $purpose in
        test) [ "$have" = "$wanted_test" ] && exit 0 ;;
        *) { [ "$have" = "$wanted_run" ] || [ "$have" = "$wanted_test" ]; } && exit 0 ;;
    esac
fi

if ! "$environment/bin/python" -m pip --version >/dev/null 2>&1 || ! new_enough "$environment/bin/python"; then
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        say "$python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv"
        exit 1
    fi
    say "Making the virtual environment in $environment with $python"
    "$python" -m venv --clear "$environment"
fi

# What tests need is more than what running needs: keep it if it is there already.
if [ "$purpose" = run ] && [ "${have%% *}" = test ]; then
    purpose=test lock=requirements-dev.txt
fi
rm -f "$stamp"
say "Installing the locked packages of $lock"
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --requirement "$lock" || {
    say "The packages could not be installed. Check the network and run the same command again; it goes on from here."
    exit 1
}
# The project itself, from this folder, built with the locked setuptools and nothing from the network.
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps \
    --no-index --editable .
case $purpose in
    test) printf '%s\n' "$wanted_test" >"$stamp" ;;
    *) printf '%s\n' "$wanted_run" >"$stamp" ;;
esac
