#!/bin/sh
# A library without training: it builds, its tests run, it has the functions that the header says, a program that uses
# an installed one prints the bits that the whole library gives, one that trains does not link, and both libraries are
# as small as they should be.
#
#     sh tests/packaging/without-training.sh BUILD [OPTION...]
#
# BUILD is of the whole library, with the examples; the options are Meson's, for the other.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
build=$(cd "$1" && pwd)
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: "${CC:=cc}"

fail() {
    echo "without-training: $1" >&2
    exit 1
}
logged() {
    "$@" >"$work/log" 2>&1 || { tail -n 40 "$work/log" >&2; exit 1; }
}

logged meson setup "$work/build" "$root" --werror -Dtraining=false -Dtests=enabled "$@"
logged ninja -C "$work/build"
logged meson test -C "$work/build" --no-rebuild --print-errorlogs
grep '^Ok' "$work/log"
sh "$root/tests/abi/symbols.sh" "$work/build/lib/libsnndelay.so" without-training
logged env DESTDIR="$work/root" meson install -C "$work/build" --no-rebuild
pc=$(find "$work/root" -name snndelay.pc)
sed -i "s|^prefix=|&$work/root|" "$pc"
export PKG_CONFIG_LIBDIR="${pc%/*}"
unset PKG_CONFIG_PATH
[ "$(pkg-config --variable=training snndelay)" = false ] || fail 'the file for pkg-config does not say that training is missing'

cd "$work"
$CC -std=c11 -Wall -Wextra -Werror "$root/examples/run.c" $(pkg-config --cflags --libs snndelay) -o run
"$build/examples/minimal" >/dev/null
awk 'BEGIN { for (t = 0; t < 40; t++) print (t % 7 == 2) * 8, (t % 5 == 1) * 8 }' >frames
LD_LIBRARY_PATH=${pc%/*}/.. ./run rhythms.safetensors <frames >scores
"$build/examples/run" rhythms.safetensors <frames >expected
[ "$(wc -l <scores)" = 40 ] || fail 'the program did not take 40 frames'
cmp scores expected
if $CC "$root/examples/minimal.c" $(pkg-config --cflags --libs snndelay) -o minimal 2>log; then
    fail 'a program that trains was linked'
fi
grep -q 'undefined.*snnd_trainer_create' log || { cat log >&2; fail 'the linker does not name what is missing'; }

echo 'without training:'
sh "$here/needed.sh" "$work/build/lib/libsnndelay.so"
sh "$here/size.sh" "$work/build/lib/libsnndelay.so" "$work/build/examples/run" rhythms.safetensors
echo 'with training:'
sh "$here/size.sh" "$build/lib/libsnndelay.so" "$build/examples/run" rhythms.safetensors
