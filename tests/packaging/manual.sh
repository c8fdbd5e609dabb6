#!/bin/sh
# Checks that the comment of every function of the header has a @param for each parameter, in order and for no other, a
# @return where there is a result, and a @since, and that the comment of every type has a @since. (Doxygen itself asks
# for a comment at every member and value: doc/Doxyfile.)
#
#     sh tests/packaging/manual.sh [HEADER]
set -eu
cd "$(dirname "$0")/../.."
awk '
function complain(what) {
    print FILENAME ":" FNR ": " name ": " what >"/dev/stderr"
    wrong++
}

# The names behind @param, with a blank before and after each.
function documented(comment, names, word, count, i) {
    names = " "
    count = split(comment, word, /@param(\[[a-z,]+\])? +/)
    for (i = 2; i <= count; i++) {
        sub(/[^a-z0-9_].*/, "", word[i])
        names = names word[i] " "
    }
    return names
}

function declared(parameters, names, part, count, i) {
    names = " "
    count = parameters == "void" ? 0 : split(parameters, part, ",")
    for (i = 1; i <= count; i++) {
        sub(/ +$/, "", part[i])
        sub(/.*[ *]/, "", part[i])
        names = names part[i] " "
    }
    return names
}

function check_since() {
    if (comment !~ /@since [0-9]+\.[0-9]+\.[0-9]+/)
        complain("its comment has no @since")
    comment = ""
}

function check_function(result, parameters, own) {
    name = result = parameters = declaration
    sub(/\(.*/, "", name)
    sub(/.*[ *]/, "", name)
    sub(/^SNND_API +/, "", result)
    result = substr(result, 1, index(result, name) - 1)
    sub(/[^(]*\(/, "", parameters)
    sub(/\);.*/, "", parameters)
    functions++
    own = declared(parameters)
    if (documented(comment) != own)
        complain("it has the parameters" own "and @param for" documented(comment))
    if ((result !~ /^void *$/) != (comment ~ /@return/))
        complain(comment ~ /@return/ ? "it has a @return, and gives nothing back" : "its comment has no @return")
    check_since()
}

/^\/\*\*/ { comment = ""; inside = 1 }
inside { comment = comment $0 "\n" }
inside && /\*\// { inside = 0; next }
inside { next }
/^SNND_API/ { declaration = ""; open = 1 }
open { declaration = declaration $0 " " }
open && /;/ { open = 0; check_function() }
/^typedef/ { name = $3; types++; check_since() }
END {
    print functions " functions, " types " types"
    exit wrong > 0 || functions == 0 || types == 0
}' "${1:-include/snndelay.h}"
