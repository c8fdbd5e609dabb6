#!/bin/sh
# Installs what is missing, builds, runs all tests. The last line counts the checks that ran.
#
#     sh tests/run.sh [MESON OPTION...]     in the build folder $BUILD, build/ by default
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build}

# A full disk is not always named by what fails for it.
name_full() {
    for folder in "$build" "${TMPDIR:-/tmp}" /dev/shm; do
        free=$(df -Pk "$folder" 2>/dev/null | awk 'NR == 2 { print $4 }')
        [ "${free:-1024}" -ge 1024 ] || echo "run.sh: $folder is full" >&2
    done
}
trap '[ $? -eq 0 ] || name_full' EXIT

sh examples/install-missing.sh gcc g++ libc6-dev meson ninja-build pkg-config check libsubunit-dev libcjson-dev libopenblas-dev \
    libsndfile1-dev libsamplerate0-dev libkissfft-dev espeak-ng gnuplot-nox fonts-dejavu-core \
    libhdf5-dev zlib1g-dev python3-numpy python3-h5py

set -- -Dtests=enabled -Drecipes=enabled -Dnir=enabled -Devents=enabled "$@"
if [ -f "$build/build.ninja" ]; then
    # A build folder of an earlier version does not know newer options.
    meson configure "$build" "$@" >/dev/null || meson setup --wipe "$build" "$@"
else
    meson setup "$build" "$@"
fi
ninja -C "$build"

status=0
meson test -C "$build" --no-rebuild --print-errorlogs || status=$?

# Check prints "100%: Checks: 12, Failures: 0, Errors: 0"; golden-check "6 cases hold, 0 do not". A program that fails
# without having counted a failure (a crash, a time-out) counts as one.
awk -v status="$status" '
    /: Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+/ {
        split($0, part, /[^0-9]+Checks: |, Failures: |, Errors: /)
        bad = part[3] + part[4]; passed += part[2] - bad; failed += bad
    }
    /^[0-9]+ cases? holds?, [0-9]+ do(es)? not/ { passed += $1; failed += $4 }
    END {
        if (status != 0 && failed == 0) failed = 1
        if (passed + failed == 0) failed = 1
        printf "%d passed, %d failed\n", passed, failed
        exit failed > 0
    }' "$build/meson-logs/testlog.txt"
