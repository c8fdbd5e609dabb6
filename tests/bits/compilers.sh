#!/bin/sh
# Builds the library with several compilers and flags, and compares the bits of a training run (run-bits): no two builds
# may differ, and neither may 1, 2 and 3 threads in any of them. A build for the processor at hand has kernels of its
# own where others have plain ones, so that its lines of those are left out. Compilers are programs that are there, and
# may have flags behind a colon; the first is what the others are compared with, and has no -march. Needs Check.
#
#     sh tests/bits/compilers.sh gcc-13 gcc:-O2 gcc:-march=native clang
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ $# -ge 2 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }

logged() {
    "$@" >"$work/log" 2>&1 || { tail -n 40 "$work/log" >&2; exit 1; }
}

for build in "$@"; do
    compiler=${build%%:*} flags=${build#"$compiler"} flags=${flags#:}
    logged env CC="$compiler" CFLAGS="$flags" meson setup "$work/build" "$root" -Drecipes=disabled \
        -Dexamples=false -Ddefault_library=static
    logged ninja -C "$work/build" tests/run-bits
    if ! "$work/build/tests/run-bits" >"$work/bits"; then
        cat "$work/bits" >&2
        echo "compilers: $build: threads make other bits" >&2
        exit 1
    fi
    [ -s "$work/first" ] || cp "$work/bits" "$work/first"
    left_out=none
    case $flags in *-march=*) left_out=' plain ' ;; esac
    grep -v "$left_out" "$work/first" >"$work/expected"
    grep -v "$left_out" "$work/bits" >"$work/got"
    if ! diff "$work/expected" "$work/got" >&2; then
        echo "compilers: $build makes other bits than $1" >&2
        exit 1
    fi
    echo "$build: $("$compiler" --version | head -n 1): $(wc -l <"$work/got") runs with the same bits"
    rm -rf "$work/build"
done
