#!/bin/sh
# A Meson project that has this tree as a subproject builds and runs with it, and nothing of it is built that it did not
# ask for.
#
#     sh tests/packaging/subproject.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp -r "$here/outer" "$work/outer"
cp "$here/../../examples/minimal.c" "$work/outer"
mkdir "$work/outer/subprojects"
ln -s "$here/../.." "$work/outer/subprojects/snndelay"
{
    meson setup "$work/build" "$work/outer" --force-fallback-for=snndelay && ninja -C "$work/build"
} >"$work/log" 2>&1 || { tail -n 40 "$work/log" >&2; exit 1; }
cd "$work"
build/outer
if ninja -C build -t targets all | grep -E '(minimal|test-[a-z]*|rawhd-[a-z]*): ' | grep -v phony; then
    echo 'subproject: builds more than it was asked for' >&2
    exit 1
fi
if readelf -d build/outer | grep libsnndelay; then
    echo 'subproject: default_library=static was not heeded' >&2
    exit 1
fi
