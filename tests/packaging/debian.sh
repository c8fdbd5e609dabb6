#!/bin/sh
# Runs a command in a bare Debian, in a copy of what is committed:
#
#     sh tests/packaging/debian.sh RELEASE 'COMMAND'        as sh tests/packaging/debian.sh trixie 'sh tests/run.sh'
#
# The bare Debian is made once, in $DEBIAN_FOLDER (/var/tmp/snndelay-debian by default), and copied for each run, which
# leaves nothing behind. Needs root and a network, and installs debootstrap where it is missing.
set -eu
[ $# -eq 2 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
release=$1 command=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
folder=${DEBIAN_FOLDER:-/var/tmp/snndelay-debian}
base=$folder/$release
mkdir -p "$folder"
run=$(mktemp -d "$folder/run-XXXXXX")
chmod 755 "$run" # others than root live in it, too
leave() {
    umount "$run/proc" "$run/dev/shm" 2>/dev/null || true
    rm -rf --one-file-system "$run"
}
trap leave EXIT
trap 'exit 1' HUP INT TERM

if [ ! -d "$base" ]; then
    sh "$root/examples/install-missing.sh" debootstrap
    # debootstrap of an earlier release knows a later one by no name of its own.
    script=
    [ -e "/usr/share/debootstrap/scripts/$release" ] || script=/usr/share/debootstrap/scripts/sid
    debootstrap --variant=minbase "$release" "$run" http://deb.debian.org/debian $script >"$folder/log" 2>&1 ||
        { tail -n 5 "$folder/log" >&2; exit 1; }
    rm -f "$run"/var/cache/apt/archives/*.deb
    mv "$run" "$base"
    mkdir -m 755 "$run"
fi

cp -a "$base/." "$run"
# Of this machine the new Debian has the name server and how apt reaches its mirror, and nothing else.
cp /etc/resolv.conf /etc/hosts "$run/etc/"
apt-config dump | grep -i -E '^Acquire::(https?::Proxy|Check-)' >"$run/etc/apt/apt.conf.d/90host" || true
mkdir "$run/root/project"
if git -C "$root" rev-parse --git-dir >/dev/null 2>&1; then
    git -C "$root" archive HEAD
else
    tar -c -C "$root" --exclude='./build*' .
fi | tar -x -C "$run/root/project"
mount -t proc proc "$run/proc"
mkdir -p "$run/dev/shm"
mount -t tmpfs tmpfs "$run/dev/shm"
env -i HOME=/root LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
    chroot "$run" sh -c "cd /root/project && $command" </dev/null
