#!/bin/sh
# Prints where Chromium or Chrome is; fails if there is none. CHROMIUM names another one.
# The headless shell is Chromium without its windows: the same pages for less than two thirds of the processor time.
set -eu

for name in "${CHROMIUM:-}" chromium-headless-shell chromium google-chrome google-chrome-stable \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
    "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
    if [ -n "$name" ] && found=$(command -v "$name"); then
        printf '%s\n' "$found"
        exit 0
    fi
done
exit 1
