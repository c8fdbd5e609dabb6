#!/bin/sh
# Prints the size of the stripped library, and fails where it has grown too much.
#
#     sh tests/packaging/size.sh LIBRARY
set -eu
limit=880000 # bytes; a good fifth more than the 728,352 of version 0.1.0 (gcc 12, x86-64)
stripped=$(mktemp)
trap 'rm -f "$stripped"' EXIT

strip -s -o "$stripped" "$1"
bytes=$(wc -c <"$stripped")
echo "$bytes bytes stripped, at most $limit"
[ "$bytes" -le "$limit" ] || { echo 'size: the library has become too large' >&2; exit 1; }
