#!/bin/sh
# Prints the size of the stripped library and what it needs at run time, and fails where either has grown too much.
#
#     sh tests/packaging/size.sh LIBRARY
set -eu
limit=900000 # bytes; a good fifth more than the 741,096 of version 0.1.0 with HDF5 (gcc 12, x86-64)
needed='libc.so.6 libcjson.so.1 libopenblas.so.0 libhdf5_serial.so.103 libm.so.6 libz.so.1' # HDF5 and zlib where it is built with them
stripped=$(mktemp)
trap 'rm -f "$stripped"' EXIT

strip -s -o "$stripped" "$1"
bytes=$(wc -c <"$stripped")
needs=$(readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//')
echo "$bytes bytes stripped, at most $limit; needs $needs"
status=0
[ "$bytes" -le "$limit" ] || { echo 'size: the library has become too large' >&2; status=1; }
for library in $needs; do
    case " $needed " in
    *" $library "*) ;;
    *) echo "size: $library is a new dependency" >&2; status=1 ;;
    esac
done
exit "$status"
