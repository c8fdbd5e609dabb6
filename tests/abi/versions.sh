#!/bin/sh
# The version that was configured is the one of pkg-config, of the news and of the Debian changelog. (check-version.c looks
# at the header and the library.)
#
#     sh tests/abi/versions.sh VERSION FOLDER OF PKG-CONFIG FILES
set -eu
version=$1 files=$2
root=$(dirname "$0")/../..
status=0

is() {
    if [ "$2" != "$version" ]; then
        echo "$1 says version '$2', the project is '$version'"
        status=1
    fi
}
is 'pkg-config --modversion' "$(PKG_CONFIG_PATH=$files pkg-config --modversion snndelay)"
is doc/NEWS "$(sed -n '1s/^libsnndelay //p' "$root/doc/NEWS")"
is debian/changelog "$(sed -n '1s/^libsnndelay (\(.*\)-[^-]*) .*/\1/p' "$root/doc/packaging/debian/changelog")"
exit "$status"
