#!/bin/sh
# Builds the Debian source package and the binary packages of what is committed, or of an unpacked release, into a folder.
#
#     sh doc/packaging/build-deb.sh [FOLDER]         ../ by default
#
# Installs what the build needs and is not there, as doc/packaging/debian/control names it, as root or with sudo. With
# DEB_BUILD_OPTIONS=nocheck the tests are left out, and so is what only they need.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "${1:-$root/..}"
out=$(cd "${1:-$root/..}" && pwd)
version=$(sed -n "s/^ *version: '\(.*\)',$/\1/p" "$root/meson.build")
name=libsnndelay-$version
case " ${DEB_BUILD_OPTIONS:-} " in
*' nocheck '*)
    without='<!nocheck>'
    export DEB_BUILD_PROFILES="${DEB_BUILD_PROFILES:-} nocheck"
    ;;
*) without=none ;;
esac
sh "$root/examples/install-missing.sh" build-essential dpkg-dev fakeroot xz-utils $(
    awk '/^Build-Depends:/ { there = 1 } /^Standards-Version:/ { there = 0 } there' "$root/doc/packaging/debian/control" |
        grep -v "$without" | sed 's/^Build-Depends://; s/[(<].*//; s/-compat//; s/,//'
)
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
