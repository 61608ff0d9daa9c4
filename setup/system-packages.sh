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
    casks="font-noto-sans"
    for script in arabic hebrew devanagari bengali gurmukhi gujarati oriya tamil telugu kannada malayalam sinhala thai \
        ethiopic cjk; do
        casks="$casks font-noto-sans-$script"
    done
    casks="$casks font-noto-serif-tibetan"
    if [ "$purpose" = test ]; then
        formulae="$formulae caddy nginx postgresql@16 poppler qpdf redis"
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
    packages="ca-certificates fonts-noto-cjk fonts-noto-core libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0"
    # A Python of the distribution lacks what makes virtual environments until this is installed.
    case $(command -v "${PYTHON:-python3}" || true) in
        /usr/bin/* | "") packages="$packages python3 python3-venv" ;;
    esac
    if [ "$purpose" = test ]; then
        # libatomic1 is for the program through which the tests speak to the browser.
        packages="$packages libatomic1 poppler-utils postgresql qpdf redis-server"
        # These check the examples in deploy/.
        packages="$packages caddy nginx-light systemd"
        sh "$(dirname "$0")/browser.sh" >/dev/null 2>&1 || packages="$packages $(browser_package)"
    fi
    missing=""
    for package in $packages; do
        is_installed "$package" || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    # On a new machine the automatic updates often hold the lock of apt for some minutes.
    install="apt-get install --yes --no-install-recommends -o DPkg::Lock::Timeout=600$missing"
    by_hand="apt-get update && apt-get install --no-install-recommends$missing"
    if [ "$(id -u)" = 0 ]; then
        as_root=""
    elif command -v sudo >/dev/null 2>&1; then
        as_root="sudo"
    else
        say "These system packages are missing:$missing."
        say "Ask somebody who may install them to run as root: $by_hand"
        give_up "To go on without them: make $purpose SYSTEM_PACKAGES=no"
    fi
    say "Installing system packages:$missing"
    errors=$(mktemp)
    trap 'rm -f "$errors"' EXIT
    # sudo forgets the environment, so what keeps apt from asking questions is set behind it.
    $as_root apt-get update --quiet >/dev/null 2>"$errors" ||
        say "The lists of packages could not be renewed; going on with the old ones."
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive $install --quiet >/dev/null 2>"$errors" </dev/null || {
        tail -n 3 "$errors" >&2
        give_up "The system packages could not be installed. Is there a network, and may you install? Then run as root: $by_hand"
    }
}

browser_package() {
    # shellcheck disable=SC1091
    distribution=$(. /etc/os-release && printf '%s' "$ID")
    if [ "$distribution" = ubuntu ]; then
        give_up "The tests need Chromium or Chrome. Ubuntu has it only as a snap, which the tests cannot drive:" \
            "install Google Chrome from its maker's .deb file, then run make test again."
    fi
    if [ "$distribution" = debian ]; then
        printf chromium-headless-shell
    else
        printf chromium
    fi
}

case "$(uname -s)" in
    Darwin) with_homebrew ;;
    Linux)
        command -v apt-get >/dev/null 2>&1 || give_up \
            "This system has no apt-get. Install with its own package manager: Pango, libharfbuzz-subset and" \
            "the Noto Sans fonts (for the tests also Chromium, PostgreSQL, qpdf, poppler, nginx and Caddy), then run:" \
            "make $purpose SYSTEM_PACKAGES=no"
        with_apt
        ;;
    *) give_up "Only Linux and macOS are known here. Install Pango and the Noto Sans fonts, then run: make $purpose SYSTEM_PACKAGES=no" ;;
esac
