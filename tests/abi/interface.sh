#!/bin/sh
# Compares the binary interface of the library, as its debug information tells it, with the record baseline.abi
# (libabigail's abidiff). Only types of the public headers count: a handle's inside may change.
#
#     sh tests/abi/interface.sh [--additions [STRUCTURE...] | --print]
#
# Without an option nothing may differ. With --additions new functions may be there, and the structures that are named are
# not looked into: additions.awk has done it. --print prints what baseline.abi should hold. The library is built anew,
# without optimization, in $BUILD if that is set. Ends with 1 where the interface differs, with 2 where it cannot be told.
set -eu
cd "$(dirname "$0")/../.."
record=tests/abi/baseline.abi
how=${1:---same}
for tool in meson ninja abidw abidiff; do
    command -v "$tool" >/dev/null || { echo "interface: needs $tool (Debian: abigail-tools)" >&2; exit 2; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
build=${BUILD:-$work/build}

{
    [ -f "$build/build.ninja" ] || meson setup "$build" --buildtype=debug -Ddefault_library=shared -Dtests=disabled \
        -Dexamples=false -Drecipes=disabled
    ninja -C "$build"
} >"$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; exit 2; }

# Public is what the headers define, in the tree and, for the version, in the build folder. Paths, lines and needed
# libraries of this machine are no part of the interface.
abidw --headers-dir include --headers-dir "$build/include" --drop-private-types --drop-undefined-syms \
    --exported-interfaces-only --no-corpus-path --no-comp-dir-path --no-show-locs --no-elf-needed --no-parameter-names \
    --no-write-default-sizes --type-id-style hash "$build/lib/libsnndelay.so" | sed "s|path='[^']*/lib/|path='lib/|" \
    >"$work/now.abi"
grep -q "elf-symbol name='snnd_version'" "$work/now.abi" || { echo 'interface: abidw found no functions' >&2; exit 2; }

case $how in
--print)
    cat "$work/now.abi"
    exit 0
    ;;
--additions)
    shift
    for structure in "$@"; do
        printf '[suppress_type]\n  type_kind = struct\n  name = %s\n' "$structure"
    done >"$work/suppressions"
    set -- --no-added-syms --suppressions "$work/suppressions"
    ;;
--same) set -- ;;
*) echo "interface: there is no option $how" >&2; exit 2 ;;
esac

# Of its exit code, 1 and 2 are errors of abidiff, 4 is a change, 8 one that breaks programs for certain. Both sides have
# lost their private types already: told of headers here, it would take types without a place for private ones.
status=0
abidiff --no-corpus-path "$@" "$record" "$work/now.abi" >"$work/report" 2>&1 || status=$?
[ "$status" -eq 0 ] && exit 0
cat "$work/report"
[ $((status & 3)) -eq 0 ] || { echo "interface: abidiff failed ($status)" >&2; exit 2; }
if [ $((status & 8)) -ne 0 ]; then
    echo "interface: programs built against $record would break ($status)"
else
    echo "interface: differs from $record ($status); if it should, record it: sh tests/abi/record.sh"
fi
exit 1
