#!/bin/sh
# What the header declares, what the symbol map names, and what the built library exports are the same; and the Debian
# package knows it. A library without training exports the chapters that the header says it has.
#
#     sh tests/abi/symbols.sh LIBRARY [without-training]
set -eu
root=$(dirname "$0")/../..
header=$root/include/snndelay.h map=$root/lib/snndelay.map library=$1
soversion=$(sh "$root/tests/abi/soversion.sh")
debian=$root/doc/packaging/debian/libsnndelay$soversion.symbols
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# From SNND_API to the parenthesis stands the type and, last, the name.
functions() {
    awk '/^SNND_API/, /;/' | tr '\n' ' ' | sed 's/SNND_API/\n&/g' |
        sed -n 's/^SNND_API[^(]*[ *]\(snnd_[a-z0-9_]*\)(.*/\1/p' | LC_ALL=C sort
}
functions <"$header" >"$work/declared"
sed -n 's/^    \(snnd_[a-z0-9_]*\);$/\1/p' "$map" | LC_ALL=C sort >"$work/mapped"
nm -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | LC_ALL=C sort >"$work/exported"
[ -s "$work/declared" ] || { echo "symbols: $header declares nothing" >&2; exit 2; }

status=0
node=$(sed -n 's/^SNNDELAY_\([0-9.]*\) .*/\1/p' "$map" | head -n 1)
case $node in
"$soversion" | "$soversion".*) ;;
*)
    echo "symbols: the first node of $map is of $node, and the soname of $soversion"
    status=1
    ;;
esac
if ! readelf -d "$library" | grep -q "SONAME.*\[libsnndelay\.so\.$soversion\]"; then
    echo "symbols: the soname of $library is not that of $soversion"
    status=1
fi
if ! grep -q "^Package: libsnndelay$soversion$" "$root/doc/packaging/debian/control"; then
    echo "symbols: there is no Debian package libsnndelay$soversion"
    status=1
fi
if [ "$(grep -c '^SNND_API' "$header")" -ne "$(wc -l <"$work/declared")" ]; then
    echo "symbols: $header has declarations that cannot be read"
    status=1
fi
same() {
    diff "$work/$1" "$work/$2" >"$work/diff" || {
        echo "symbols: < $1, > $2:"
        cat "$work/diff"
        status=1
    }
}
same declared mapped
if [ "${2:-}" = without-training ]; then
    chapters=$(sed -n '/-Dtraining=false/, /\./{ s/.*chapters//; s/\..*//; s/[*,]//g; s/ and / /; p }' "$header" | tr '\n' ' ')
    awk -v "chapters=$chapters" '/@defgroup/ { kept = index(" " chapters, " " $3 " ") } kept' "$header" |
        functions >"$work/kept"
    same kept exported
else
    same mapped exported
fi
awk -v "soversion=$soversion" -f "$root/tests/abi/debian-symbols.awk" "$map" |
    diff "$debian" - >"$work/diff" || {
    echo "symbols: $debian is not what sh tests/abi/record.sh makes:"
    cat "$work/diff"
    status=1
}
echo "$(wc -l <"$work/exported") symbols"
exit "$status"
