#!/bin/sh
# The Debian packages: builds them, has lintian look at them, installs them, and builds a program with them. As root.
#
#     sh tests/packaging/deb.sh chroot       in a Debian of its own that is made for it: takes minutes, for by hand
#     sh tests/packaging/deb.sh here         on this machine, as .ci/run does; they are removed again,
#                                            with any that were there before
#
# The packages are built without their tests, unless DEB_BUILD_OPTIONS says otherwise.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
where=${1:-}
case $where in
chroot | here) ;;
*) echo 'usage: deb.sh chroot|here' >&2; exit 2 ;;
esac
shared=libsnndelay$(sh "$root/tests/abi/soversion.sh")
work=$(mktemp -d)
leave() {
    if [ "$where" = here ]; then
        dpkg --purge python3-snndelay snndelay-examples libsnndelay-dev "$shared" >/dev/null 2>&1 || true
    fi
    rm -rf "$work"
}
trap leave EXIT
chmod 755 "$work"
mkdir "$work/debs"

logged() {
    "$@" >"$work/log" 2>&1 || { tail -n 40 "$work/log" >&2; exit 1; }
}

logged env DEB_BUILD_OPTIONS="${DEB_BUILD_OPTIONS-nocheck}" sh "$root/doc/packaging/build-deb.sh" "$work/debs"
# Errors of lintian are errors; its warnings are shown.
lintian --allow-root --fail-on error "$work"/debs/*.changes
rm "$work"/debs/*-dbgsym_*
(cd "$work/debs" && ls -l *.deb | awk '{ print $9 ": " $5 " bytes" }')

dpkg-deb -x "$work/debs/$shared"_*.deb "$work/unpacked"
library=$(ls "$work"/unpacked/usr/lib/*/libsnndelay.so.*.*.*)
readelf -d "$library" | grep -q BIND_NOW || { echo 'deb: the library is not hardened' >&2; exit 1; }
if readelf -d "$library" | grep 'RPATH\|RUNPATH'; then
    echo 'deb: an installed library has no search path of its own' >&2
    exit 1
fi
sh "$here/size.sh" "$library"
dpkg-deb -x "$work"/debs/libsnndelay-dev_*.deb "$work/unpacked"
sh "$here/links.sh" "$work/unpacked/usr/share/doc/libsnndelay-dev"

if [ "$where" = here ]; then
    logged dpkg -i "$work"/debs/*.deb
    mkdir "$work/empty"
    (cd "$root" && AUTOPKGTEST_TMP=$work/empty doc/packaging/debian/tests/outside)
else
    # Of this machine the new Debian has the release and the name server, and nothing else.
    logged debootstrap --variant=minbase "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$work/debian"
    cp "$work"/debs/*.deb "$root/examples/minimal.c" "$here/outside.sh" "$work/debian/root"
    cp /etc/resolv.conf "$work/debian/etc"
    logged chroot "$work/debian" sh -c 'apt-get update &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends /root/*.deb gcc libc6-dev pkg-config'
    # A shared program needs no other development package; the archive needs what it recommends.
    chroot "$work/debian" sh -c 'mkdir /root/empty && cd /root/empty && sh ../outside.sh ../minimal.c shared'
    logged chroot "$work/debian" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends libcjson-dev \
        libopenblas-dev
    chroot "$work/debian" sh -c 'cd /root/empty && sh ../outside.sh ../minimal.c'
fi
