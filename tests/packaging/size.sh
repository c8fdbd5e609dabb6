#!/bin/sh
# Prints the size of the stripped library and the memory that a program takes with it, and fails where one of them has
# grown too much.
#
#     sh tests/packaging/size.sh LIBRARY [RUN MODEL]
#
# RUN is examples/run.c, linked with the library; without it memory is not looked at. The limits are for the builds
# with and without training (-Dtraining=false), each a good fifth more than it was (gcc 12, x86-64).
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

within() { # WHAT NUMBER LIMIT
    echo "$1: $2, at most $3"
    [ "$2" -le "$3" ] || { echo "size: there is too much of it: $1" >&2; status=1; }
}

if nm -D --defined-only "$1" | grep -q ' snnd_trainer_create@'; then
    bytes=1600000 kilobytes=6000
else
    bytes=300000 kilobytes=3000
fi
strip -s -o "$work/stripped" "$1"
within 'bytes, stripped' "$(wc -c <"$work/stripped")" "$bytes"

# What is in memory after the first frame, shared libraries included.
if [ $# -gt 1 ]; then
    mkfifo "$work/frames" "$work/scores"
    LD_LIBRARY_PATH=$(dirname "$1") OPENBLAS_NUM_THREADS=1 "$2" "$3" <"$work/frames" >"$work/scores" &
    exec 3>"$work/frames" 4<"$work/scores"
    echo 1 0 >&3
    read -r scores <&4
    echo "after a frame: $scores"
    within 'kilobytes in memory' "$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$!/status")" "$kilobytes"
    exec 3>&-
    wait "$!"
fi
exit "$status"
