#!/bin/sh
# timed.sh NAME MINUTES COMMAND...: runs a command, says how long it took and how long it may take on two cores,
# whether it succeeds or not, and ends as the command ends.
name=$1
limit=$2
shift 2
began=$(date +%s)
"$@"
ended_with=$?
took=$(($(date +%s) - began))
if [ "$took" -gt $((limit * 60)) ]; then verdict="longer than"; else verdict="within"; fi
printf '%s took %d min %02d s on %s cores: %s the %s min that it may take on two.\n' \
    "$name" $((took / 60)) $((took % 60)) "$(getconf _NPROCESSORS_ONLN)" "$verdict" "$limit"
exit "$ended_with"
