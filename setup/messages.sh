#!/bin/sh
# Extracts the sentences of code and templates, merges them into every catalogue and compiles those.
set -eu

bin=.venv/bin
folder=estimator/translations
"$bin/pybabel" --quiet extract --mapping-file setup/babel.cfg --keyword N_ --keyword lazy_gettext --keyword _ \
    --keyword ngettext:1,2 --sort-output --no-location --omit-header --output-file "$folder/messages.pot" .
for catalogue in "$folder"/*/LC_MESSAGES/messages.po; do
    [ -e "$catalogue" ] || continue
    "$bin/pybabel" --quiet update --input-file "$folder/messages.pot" --output-dir "$folder" --no-fuzzy-matching
    "$bin/pybabel" --quiet compile --directory "$folder"
    break
done
