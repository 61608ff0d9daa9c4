#!/bin/sh
# Installs the system packages that are missing, for running the app or (with "test") for its tests as well.
# Debian and Ubuntu through apt-get, as root or with sudo; macOS through Homebrew. Where nothing is missing it
# asks nobody for anything. Tried on Debian 12 and 13; Ubuntu and macOS could not be tried.
set -eu

purpose=${1:-run}

say() {
    printf '%s\n' "$*" >&2
}

give_up() {
    say "$@"
    exit 1
}

with_homebrew() {
    command -v brew >/dev/null 2>&1 || give_up \
        "Homebrew is needed to install Pango and fonts on macOS. Install it as its web site says, then try again."
    formulae="pango harfbuzz"
    casks="font-noto-sans font-noto-sans-arabic font-noto-sans-devanagari font-noto-sans-bengali"
    if [ "$purpose" = test ]; then
        formulae="$formulae postgresql@16 poppler qpdf"
        [ -d "/Applications/Google Chrome.app" ] || [ -d "/Applications/Chromium.app" ] || casks="$casks google-chrome"
    fi
    for formula in $formulae; do
        brew list --formula "$formula" >/dev/null 2>&1 || brew install "$formula"
    done
    for cask in $casks; do
        brew list --cask "$cask" >/dev/null 2>&1 || brew install --cask "$cask"
    done
}

is_installed() {
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

with_apt() {
    packages="ca-certificates fonts-noto-core libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0"
    # A Python of the distribution lacks what makes virtual environments until this is installed.
    if [ "$(command -v python3 || true)" = /usr/bin/python3 ] || ! command -v python3 >/dev/null 2>&1; then
        packages="$packages python3 python3-venv"
    fi
    if [ "$purpose" = test ]; then
        packages="$packages poppler-utils postgresql qpdf"
        sh "$(dirname "$0")/browser.sh" >/dev/null 2>&1 || packages="$packages $(browser_package)"
    fi
    missing=""
    for package in $packages; do
        is_installed "$package" || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    command="apt-get install --yes --no-install-recommends$missing"
    if [ "$(id -u)" = 0 ]; then
        as_root=""
    elif command -v sudo >/dev/null 2>&1; then
        as_root="sudo"
    else
        give_up "These system packages are missing:$missing." "Ask somebody who may install them to run: $command"
    fi
    say "Installing system packages:$missing"
    $as_root apt-get update --quiet >/dev/null || say "The lists of packages could not be renewed; going on with the old ones."
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive $as_root $command --quiet >/dev/null || give_up \
        "The system packages could not be installed. Check the network, then run: $command"
}

browser_package() {
    # shellcheck disable=SC1091
    distribution=$(. /etc/os-release && printf '%s' "$ID")
    if [ "$distribution" = ubuntu ]; then
        give_up "The tests need Chromium or Chrome. Ubuntu has it only as a snap, which the tests cannot drive:" \
            "install Google Chrome from its maker's .deb file, then run make test again."
    fi
    printf chromium
}

case "$(uname -s)" in
    Darwin) with_homebrew ;;
    Linux)
        command -v apt-get >/dev/null 2>&1 || give_up \
            "This system has no apt-get. Install with its own package manager: Pango, libharfbuzz-subset and" \
            "the Noto Sans fonts (for the tests also Chromium, PostgreSQL, qpdf and poppler), then run:" \
            "make $purpose SYSTEM_PACKAGES=no"
        with_apt
        ;;
    *) give_up "Only Linux and macOS are known here. Install Pango and the Noto Sans fonts, then run: make $purpose SYSTEM_PACKAGES=no" ;;
esac
