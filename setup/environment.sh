#!/bin/sh
# Makes the virtual environment in .venv from the hash-locked list, for running or (with "test") for the tests.
# It does nothing when the environment is what the list says, and makes it anew when it was left half made, when
# its Python is gone or when the folder has moved: the programs in it begin with the path they were installed to.
set -eu

purpose=${1:-run}
environment=.venv
stamp=$environment/installed
busy=.venv-busy

say() {
    printf '%s\n' "$*" >&2
}

give_up() {
    say "$@"
    exit 1
}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        command -v "$PYTHON" >/dev/null 2>&1 && new_enough "$PYTHON" ||
            give_up "PYTHON names $PYTHON, which is not Python 3.11 or newer. Name another one, or leave PYTHON out."
        command -v "$PYTHON"
        return 0
    fi
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null 2>&1 && new_enough "$name"; then
            command -v "$name"
            return 0
        fi
    done
    say "Python 3.11 or newer is needed and was not found. Install it (Debian 12 or Ubuntu 24.04 and newer:"
    give_up "apt-get install python3 python3-venv; macOS: brew install python), or name one: make run PYTHON=/path/to/python3"
}

checksum() {
    cat "$@" | cksum
}

# `make run` and `make test` may be started in the same minute: one of them sets up, the other one waits.
wait_for_others() {
    told=""
    until ln -s "$$" "$busy" 2>/dev/null; do
        other=$(readlink "$busy" || true)
        if [ -z "$other" ]; then
            [ -w . ] || give_up "$(pwd) cannot be written, so nothing can be installed in it."
        elif ! kill -0 "$other" 2>/dev/null; then
            rm -f "$busy"
            continue
        elif [ -z "$told" ]; then
            say "Process $other is setting up the same folder; waiting for it to end."
            told=yes
        fi
        sleep 1
    done
    trap 'rm -f "$busy"' EXIT
    trap 'exit 130' HUP INT TERM
}

is_current() {
    have=$(cat "$stamp" 2>/dev/null || true)
    [ -n "$have" ] && is_sound && [ -x "$environment/bin/estimator" ] || return 1
    [ "$have" = "$wanted_test" ] || { [ "$purpose" = run ] && [ "$have" = "$wanted_run" ]; }
}

# Whether Python and pip work, new enough and made for this very folder.
is_sound() {
    grep -qF "$(pwd -P)/$environment/bin/python" "$environment/bin/pip" 2>/dev/null &&
        new_enough "$environment/bin/python" && "$environment/bin/python" -c 'import pip, flask' >/dev/null 2>&1
}

wanted_run="run $(checksum requirements.txt setup.cfg pyproject.toml)"
wanted_test="test $(checksum requirements.txt requirements-dev.txt setup.cfg pyproject.toml)"
is_current && exit 0
wait_for_others
is_current && exit 0

# Without a stamp an installation was broken off, and nobody knows where.
if [ ! -e "$stamp" ] || ! is_sound; then
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        version=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
        give_up "$python cannot make virtual environments. On Debian and Ubuntu: apt-get install $version-venv"
    fi
    # A link leads to an environment of another folder, which goes on working: only the link is replaced.
    [ ! -L "$environment" ] || rm -f "$environment"
    say "Making the virtual environment in $environment with $python"
    "$python" -m venv --clear "$environment" ||
        give_up "The virtual environment could not be made. Is there room on the disk, and may you write here?"
fi

# What tests need is more than what running needs: keep it if it is there already.
if [ "$purpose" = run ] && [ "${have%% *}" = test ] && [ -e "$stamp" ]; then
    purpose=test
fi
case $purpose in
    test) lock=requirements-dev.txt wanted=$wanted_test ;;
    *) lock=requirements.txt wanted=$wanted_run ;;
esac
rm -f "$stamp"
say "Installing the locked packages of $lock"
"$environment/bin/python" -m pip install --quiet --quiet --disable-pip-version-check --require-hashes \
    --requirement "$lock" || give_up \
    "The packages could not be installed. Is there a network, and room on the disk? Then run the same command again."
# The project itself, from this folder, built with the locked setuptools and nothing from the network.
"$environment/bin/python" -m pip install --quiet --quiet --disable-pip-version-check --no-build-isolation --no-deps \
    --no-index --editable . || give_up "The project itself could not be installed; what is wrong stands above."
printf '%s\n' "$wanted" >"$stamp"
