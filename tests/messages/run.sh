#!/bin/sh
# Compares list.txt with what the library and its programs can print (list.awk says what that is). The list is there to
# be read: messages are full sentences that name what is wrong, the value that was found, and what was expected.
#
#     sh tests/messages/run.sh            fails where the list and the sources differ
#     sh tests/messages/run.sh --write    writes the list anew
set -eu
cd "$(dirname "$0")/../.."
list=tests/messages/list.txt
made=$(mktemp)
trap 'rm -f "$made"' EXIT
export LC_ALL=C

find lib examples -name '*.[ch]' | sort | xargs awk -f tests/messages/list.awk | sort -u >"$made"
[ "$(wc -l <"$made")" -gt 1000 ] || {
    echo "messages: only $(wc -l <"$made") texts were found in lib and examples; expected more than 1000" >&2
    exit 1
}
if [ "${1:-}" = --write ]; then
    cp "$made" "$list"
elif ! diff "$list" "$made" >&2; then
    echo "messages: $list differs from the sources; read what is new (>), then: sh tests/messages/run.sh --write" >&2
    exit 1
fi
