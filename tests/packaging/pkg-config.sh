#!/bin/sh
# Programs outside the tree, built with what pkg-config says of an installed library: shared, where pkg-config knows no
# other package; with the archive; and fully static.
#
#     sh tests/packaging/pkg-config.sh BUILD
#
# Debian has no archive of cJSON: where there is none, one is made of Debian's source.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: "${CC:=cc}"

fail() {
    echo "pkg-config: $1" >&2
    exit 1
}

DESTDIR=$work/root meson install -C "$1" --no-rebuild >"$work/log" || { cat "$work/log" >&2; exit 1; }
pc=$(find "$work/root" -name snndelay.pc)
# The file says where the library was to be, which is not where it is; and it is the only one that pkg-config finds.
sed -i "s|^prefix=|&$work/root|" "$pc"
export PKG_CONFIG_LIBDIR="${pc%/*}"
unset PKG_CONFIG_PATH
library=${pc%/*}/..

# NAME FLAGS...: builds the example and runs it.
program() {
    name=$1
    shift
    (
        cd "$work"
        $CC -std=c11 -Wall -Wextra -Werror "$here/../../examples/minimal.c" -o "$name" "$@"
        rm -f rhythms.safetensors
        echo "$name: $(LD_LIBRARY_PATH=$library ./"$name")"
        test -s rhythms.safetensors
    )
}

if pkg-config --print-requires --print-requires-private snndelay | grep .; then
    fail 'a program would need the development packages of these'
fi
program shared $(pkg-config --cflags --libs snndelay)
readelf -d "$work/shared" | grep -q 'NEEDED.*libsnndelay\.so\.[0-9]' || fail 'the shared program does without the library'

program archive $(pkg-config --cflags snndelay) $(pkg-config --static --libs snndelay | sed 's/-lsnndelay\b/-l:libsnndelay.a/')
if readelf -d "$work/archive" | grep libsnndelay; then
    fail 'the program with the archive needs the shared library'
fi

if [ ! -e "$($CC -print-file-name=libcjson.a)" ]; then
    mkdir -p "$work/cjson/lists/partial"
    (
        cd "$work/cjson"
        echo "deb-src http://deb.debian.org/debian $(. /etc/os-release && echo "$VERSION_CODENAME") main" >list
        source_only="-q -o Dir::Etc::sourcelist=$PWD/list -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists=$PWD/lists"
        apt-get $source_only update && apt-get $source_only source --download-only cjson && tar -x -z -f cjson_*.orig.tar.gz &&
            $CC -O2 -c cJSON-*/cJSON.c && ar -r -c libcjson.a cJSON.o
    ) >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
fi
program static -static $(pkg-config --cflags snndelay) -L"$work/cjson" $(pkg-config --static --libs snndelay)
if readelf -l "$work/static" | grep INTERP; then
    fail 'the static program is not static'
fi
