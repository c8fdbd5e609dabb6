#!/bin/sh
# What the built library needs, and what it keeps for the whole process: the C library with its mathematics, cJSON and a
# BLAS; and the count that goes with BLAS's number of threads.
#
#     sh tests/packaging/needed.sh LIBRARY
set -eu
status=0

needs=$(readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//')
echo "needs $needs"
for library in $needs; do
    case $library in
    libc.so.6 | libm.so.6 | libcjson.so.* | libopenblas.so.* | libblas.so.* | libcblas.so.*) ;;
    *) echo "needed: $library is a new dependency" >&2; status=1 ;;
    esac
done

# In the sections that can be written to: of the project's own, and of the compiler's start and choice of functions.
kept=$(nm --format=sysv "$1" | awk -F'|' '$NF ~ /^\.(bss|data|tbss|tdata)$/ { gsub(/ /, "", $1); print $1 }' |
    grep -v '^__\|^completed\.' | LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//')
echo "keeps $kept"
for variable in $kept; do
    case $variable in
    multiplying | mutex | threads_of_host) ;; # lib/kernel/product.c
    *) echo "needed: '$variable' is one for the whole process" >&2; status=1 ;;
    esac
done
exit "$status"
