#!/bin/sh
# Records the interface as it is now: enums.txt, structs.txt, baseline.abi, and the symbols of the Debian package.
#
#     sh tests/abi/record.sh [--new-soname]
#
# It refuses what is more than an addition, unless the soname was moved with it; before 1.0 it moves with every second
# number, so that only versions with a third one are refused anything. For x86-64.
set -eu
cd "$(dirname "$0")/../.."
[ "$(uname -m)" = x86_64 ] || { echo 'record: the records are for x86-64' >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
BUILD=$work/build
export BUILD
version=$(sed -n "s/^ *version: '\(.*\)',$/\1/p" meson.build)
soversion=$(sh tests/abi/soversion.sh)

sh tests/abi/interface.sh --print >"$work/baseline.abi"
awk -f tests/abi/layout.awk include/snndelay.h >"$work/layout.c"
${CC:-cc} -std=c11 -Itests/abi -Iinclude -I"$BUILD/include" "$work/layout.c" tests/abi/check-layout.c \
    -o "$work/check-layout"
"$work/check-layout" enums >"$work/enums.txt"
"$work/check-layout" structs >"$work/structs.txt"

case $version in
0.*.0) may_break=yes ;;
*) may_break=${1:-} ;;
esac
if [ -z "$may_break" ]; then
    breaks=0
    for record in enums structs; do
        awk -f tests/abi/additions.awk "tests/abi/$record.txt" "$work/$record.txt" || breaks=1
    done
    grown=$(awk 'NF == 2 && FNR == NR { size[$1] = $2 } NF == 2 && $1 in size && size[$1] != $2 { print $1 }' \
        tests/abi/structs.txt "$work/structs.txt")
    sh tests/abi/interface.sh --additions $grown || breaks=1
    [ "$breaks" -eq 0 ] || { echo 'record: this breaks programs and needs a new soname; see doc/abi.md' >&2; exit 1; }
fi

awk -v "soversion=$soversion" -f tests/abi/debian-symbols.awk lib/snndelay.map \
    >"doc/packaging/debian/libsnndelay$soversion.symbols"
for file in baseline.abi enums.txt structs.txt; do
    cp "$work/$file" "tests/abi/$file"
done
if git rev-parse --git-dir >/dev/null 2>&1; then
    git --no-pager diff --stat -- tests/abi doc/packaging/debian
fi
