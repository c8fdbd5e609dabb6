#!/bin/sh
# Every relative link of the manual leads to something that is there: in the tree, and where a package puts it.
#
#     sh tests/packaging/links.sh FOLDER         the one that has README.md and doc/
set -eu
cd "$1"
broken=0 count=0
for page in README.md doc/*.md; do
    # Not within fenced code, where a lambda of C++ looks like a link.
    for link in $(sed '/^```/,/^```$/d' "$page" | grep -o '\](\([^)]*\))' | sed 's/^](\(.*\))$/\1/; s/#.*//; /^[a-z]*:/d'); do
        count=$((count + 1))
        [ -e "$(dirname "$page")/$link" ] || { echo "links: $page: $link is not there" >&2; broken=1; }
    done
done
echo "$count links"
[ "$count" -gt 0 ] && [ "$broken" = 0 ]
