#!/bin/sh
# The flags of who builds: they count, nothing stays unoptimised where they say nothing, and those that let the compiler
# round otherwise are refused.
#
#     sh tests/packaging/flags.sh
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

configure() {
    rm -rf "$work/build"
    CFLAGS=$1 meson setup "$work/build" "$root" --buildtype="$2" -Dtests=disabled -Dexamples=false -Drecipes=disabled >"$work/log" 2>&1
}

# What the compiler is told of a file of the library and of a kernel: the last level of optimisation, and -DNDEBUG.
told() {
    ninja -C "$work/build" -t commands lib/libsnndelay.a | sed -n "/ -c .*\/$1\$/p" | tr ' ' '\n' >"$work/arguments"
    sed -n '/^-O/p' "$work/arguments" | tail -n 1
    sed -n '/^-DNDEBUG$/p' "$work/arguments" | tail -n 1
}

expect() {
    configure "$1" "$2" || { tail -n 20 "$work/log" >&2; exit 1; }
    got="$(told network.c) $(told taps.c)"
    got=$(echo $got)
    if [ "$got" != "$3" ]; then
        echo "flags: CFLAGS='$1' --buildtype=$2: '$got', not '$3'" >&2
        exit 1
    fi
}

expect '' release '-O3 -DNDEBUG -O3 -DNDEBUG'
expect '' plain '-O2 -DNDEBUG -O3 -DNDEBUG'
expect '-g -O1' plain '-O1 -DNDEBUG -O1 -DNDEBUG'
expect '-g -O2' release '-O2 -DNDEBUG -O2 -DNDEBUG'
for flag in -Ofast -ffast-math -ffp-contract=fast; do
    if configure "-O2 $flag" plain || ! grep -q -e "ERROR.* $flag: with this flag" "$work/log"; then
        echo "flags: $flag is not refused" >&2
        exit 1
    fi
done
echo 'flags of who builds count, and none that rounds otherwise is taken'
