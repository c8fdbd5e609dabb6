#!/bin/sh
# What a user of the packages does, where they are installed: build a program with what pkg-config says, shared and
# static, and run it; and have the example programs say what they are.
#
#     sh outside.sh PROGRAM.c [shared]        in an empty folder; `shared`: no more than the shared program
set -eu
cc -std=c11 -Wall -Wextra -Werror "$1" $(pkg-config --cflags --libs snndelay) -o shared
readelf -d shared | grep 'NEEDED.*libsnndelay\.so\.[0-9.]*\]'
./shared
[ "${2:-}" != shared ] || exit 0
# The system's own libraries stay shared, so that Fortran's, which only OpenBLAS's archive needs, may be missing.
cc -std=c11 -Wall -Wextra -Werror "$1" $(pkg-config --cflags snndelay) \
    $(pkg-config --static --libs snndelay | sed 's/-lsnndelay\b/-l:libsnndelay.a/; s/-lgfortran\b//g') -o static
if readelf -d static | grep libsnndelay; then
    echo 'outside: the static program needs the shared library' >&2
    exit 1
fi
./static
for program in snnd-train snnd-ablation snnd-fields snnd-report snnd-evaluate snnd-live snnd-make-digits snnd-nir \
    rawhd-train rawhd-ablation rawhd-receptive-fields rawhd-report; do
    "$program" --help >help
    head -n 1 help
done
