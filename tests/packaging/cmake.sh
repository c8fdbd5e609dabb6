#!/bin/sh
# CMake finds an installed library through pkg-config, and a program that it builds runs.
#
#     sh tests/packaging/cmake.sh BUILD FOLDER
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

DESTDIR=$work/root meson install -C "$1" --no-rebuild >"$work/log" || { cat "$work/log" >&2; exit 1; }
# The file for pkg-config says where the library was to be, which is not where it is.
pc=$(find "$work/root" -name snndelay.pc)
sed -i "s|^prefix=|&$work/root|" "$pc"
export PKG_CONFIG_PATH="${pc%/*}"
cmake -S "$here/cmake" -B "$work/build" -DPROGRAM="$here/../../examples/minimal.c" >"$work/log" &&
    cmake --build "$work/build" >>"$work/log" || { cat "$work/log" >&2; exit 1; }
cd "$work"
LD_LIBRARY_PATH=${pc%/*}/.. build/outside
readelf -d build/outside | grep -q 'NEEDED.*libsnndelay\.so\.[0-9]' || { echo 'cmake: not linked with libsnndelay' >&2; exit 1; }
