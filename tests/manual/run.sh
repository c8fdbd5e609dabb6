#!/bin/sh
# Compiles and runs what the manual has in C, C++ and shell (extract.awk tells how), each page in a folder of its own with
# the sources of examples/, a link `build` to the build, and the files of inputs.c.
#
#     sh tests/manual/run.sh BUILD [PAGE...]       all pages where none is named
#
# CC and CXX are the compilers; where CXX is empty, C++ is left out.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
shift
cd "$here/../.."
[ $# -gt 0 ] || set -- README.md doc/*.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: "${CC:=cc}" "${CXX=c++}"
export PKG_CONFIG_PATH="$build/meson-uninstalled" LD_LIBRARY_PATH="$build/lib"
flags="-Wall -Wextra -Werror -Wno-unused-variable -Wno-sign-compare -I$here $(pkg-config --cflags snndelay)"
libraries=$(pkg-config --libs snndelay)

fail() {
    cat "$work/log" >&2
    echo "manual: $1" >&2
    exit 1
}

$CC -std=c11 $flags tests/manual/inputs.c $libraries -o "$work/inputs"

count=0
for page in "$@"; do
    name=$(basename "$page" .md)
    folder=$work/$name
    mkdir "$folder"
    awk -v page="$page" -v folder="$folder" -v hosts="$here/$name" -f tests/manual/extract.awk "$page" >"$folder/order" ||
        exit 1
    [ -s "$folder/order" ] || continue
    cp examples/*.c "$folder"
    ln -s "$build" "$folder/build"
    (cd "$folder" && "$work/inputs" && build/examples/minimal >/dev/null)
    while read -r program; do
        cd "$folder"
        made=$(ls net.c 2>/dev/null || true) # by a command of the page
        case $program in
        *.c) $CC -std=c11 $flags "$program" $made $libraries -o program >"$work/log" 2>&1 || fail "$page does not compile" ;;
        *.cpp)
            [ -n "$CXX" ] || { cd "$here/../.."; continue; }
            $CXX -std=c++17 $flags "$program" $libraries -pthread -o program >"$work/log" 2>&1 || fail "$page does not compile"
            ;;
        esac
        case $program in
        *.sh) sh -e "$program" >"$work/log" 2>&1 || fail "$page: a command failed: $(cat "$program")" ;;
        *) ./program >"$work/log" 2>&1 || fail "$page: a program made of it failed" ;;
        esac
        count=$((count + 1))
        cd "$here/../.."
    done <"$folder/order"
done
echo "$count programs"
[ "$count" -gt 0 ]
