#!/bin/sh
# What meson dist makes of the commit is a release: it builds by itself, with all tests there, and has nothing in it that
# only serves the repository.
#
#     sh tests/packaging/dist.sh BUILD
set -eu
build=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

meson dist -C "$build" --no-tests --allow-dirty --formats xztar >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
release=$(ls "$build"/meson-dist/libsnndelay-*.tar.xz)
tar -x -J -C "$work" -f "$release"
tree=$work/$(basename "$release" .tar.xz)
(cd "$tree" && find . -name '.?*' ! -name .clang-format ! -name .editorconfig) >"$work/hidden"
if [ -s "$work/hidden" ]; then
    echo 'dist: the release should not have' >&2
    cat "$work/hidden" >&2
    exit 1
fi
{
    meson setup "$work/build" "$tree" -Dtests=enabled -Drecipes=disabled -Ddefault_library=shared &&
        ninja -C "$work/build" && meson test -C "$work/build" --no-rebuild --suite abi --suite base
} >"$work/log" 2>&1 || { tail -n 40 "$work/log" >&2; exit 1; }
echo "$(basename "$release"), $(wc -c <"$release") bytes, builds"
