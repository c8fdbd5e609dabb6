#!/bin/sh
# Installs Debian packages that are not there yet, as root or with sudo. Does nothing where all are there.
#
#     sh examples/install-missing.sh PACKAGE...
set -eu

# A package may be there for other architectures, too: one line each.
missing=
own=$(dpkg --print-architecture 2>/dev/null || true)
for package in "$@"; do
    dpkg-query -W -f '${Architecture} ${Status}\n' "$package" 2>/dev/null |
        grep -qxE "(all|$own) install ok installed" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "install-missing: this is not Debian or a relative of it; please install what corresponds to:$missing" >&2
    exit 1
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "install-missing: needs root or sudo to install:$missing" >&2
        exit 1
    fi
    as_root=sudo
fi
echo "installing:$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# An update that fails in part, as while a mirror is being changed, may be enough for what is needed here.
if ! { $as_root apt-get update -qq || true
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } \
    >"$log" 2>&1 </dev/null; then
    tail -n 5 "$log" >&2
    echo "install-missing: apt-get could not install:$missing" >&2
    exit 1
fi
