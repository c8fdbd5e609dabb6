#!/bin/sh
# Builds the Debian source package and the binary packages of what is committed, or of an unpacked release, into a folder.
#
#     sh doc/packaging/build-deb.sh [FOLDER]         ../ by default
#
# Needs what doc/packaging/debian/control names. With DEB_BUILD_OPTIONS=nocheck the tests are left out.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "${1:-$root/..}"
out=$(cd "${1:-$root/..}" && pwd)
version=$(sed -n "s/^ *version: '\(.*\)',$/\1/p" "$root/meson.build")
name=libsnndelay-$version
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if git -C "$root" rev-parse --git-dir >/dev/null 2>&1; then
    git -C "$root" archive --prefix="$name/" HEAD | tar -x -C "$work"
else
    mkdir "$work/$name"
    tar -c -C "$root" --exclude='./build*' . | tar -x -C "$work/$name"
fi
tar -c -J -C "$work" --owner=0 --group=0 --sort=name -f "$work/libsnndelay_$version.orig.tar.xz" "$name"
cp -r "$work/$name/doc/packaging/debian" "$work/$name/debian"
cd "$work/$name"
dpkg-buildpackage -us -uc
cd ..
for file in *_*; do
    mv "$file" "$out"
done
