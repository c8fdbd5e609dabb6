# Reads snndelay.h and writes C that tells the compiler's mind about it: the value of every enumerator, the size of every
# structure and the place of every member (layout.h). What it cannot read it refuses, so that nothing goes unrecorded.
#
#     awk -f layout.awk snndelay.h >layout.c

function fail(what) {
    print "layout: " what > "/dev/stderr"
    failed = 1
    exit 1
}

function trim(text) {
    gsub(/[ \t]+/, " ", text)
    sub(/^ /, "", text)
    sub(/ $/, "", text)
    return text
}

function without_comments(text, at, end, kept) {
    kept = ""
    while ((at = index(text, "/*")) > 0) {
        kept = kept substr(text, 1, at - 1) " "
        text = substr(text, at + 2)
        end = index(text, "*/")
        if (end == 0)
            fail("a comment has no end")
        text = substr(text, end + 2)
    }
    return kept text
}

# "SNND_OK = 0, ..." to one line each.
function enumerators(type, body, part, count, i, name) {
    count = split(body, part, ",")
    for (i = 1; i <= count; i++) {
        if (trim(part[i]) == "")
            continue
        name = trim(part[i])
        if (name !~ /^SNND_[A-Z0-9_]+ = -?[0-9]+$/)
            fail(type ": an enumerator should be NAME = NUMBER, not '" name "'")
        sub(/ =.*/, "", name)
        enums = enums sprintf("    {\"%s\", \"%s\", %s},\n", type, name, name)
    }
}

# "int32_t isa; int64_t shape[4]; int (*f)(void *user);" to one line each.
function members(type, body, part, count, i, declaration, name) {
    count = split(body, part, ";")
    for (i = 1; i <= count; i++) {
        declaration = trim(part[i])
        if (declaration == "")
            continue
        name = declaration
        if (match(name, /\(\*[a-z0-9_]+\)\(/))
            name = substr(name, RSTART + 2, RLENGTH - 4)
        else {
            if (index(name, ",") > 0 || index(name, "(") > 0 || index(name, ":") > 0)
                fail(type ": one member a declaration, not '" declaration "'")
            sub(/\[[^\]]*\]$/, "", name)
            sub(/.*[ *]/, "", name)
        }
        places = places sprintf("    {\"%s\", sizeof(%s), \"%s\", \"%s\", offsetof(%s, %s), sizeof(((%s *)0)->%s)},\n",
            type, type, declaration, name, type, name, type, name)
    }
}

!/^[ \t]*#/ { text = text $0 " " }

END {
    if (failed)
        exit 1
    text = trim(without_comments(text))
    while (match(text, /typedef (enum|struct) snnd_[a-z0-9_]+ \{[^{}]*\} snnd_[a-z0-9_]+;/)) {
        found = substr(text, RSTART, RLENGTH)
        text = substr(text, 1, RSTART - 1) substr(text, RSTART + RLENGTH)
        split(found, word, " ")
        body = found
        sub(/^[^{]*\{/, "", body)
        sub(/\}[^}]*$/, "", body)
        if (word[2] == "enum")
            enumerators(word[3], body)
        else
            members(word[3], body)
    }
    # Left are functions, and the braces of extern "C".
    gsub(/SNND_API|extern "C" \{/, "", text)
    if (match(text, /[^ ]* [^ ]* \{.*/) || match(text, /SNND_[A-Z0-9_]+/))
        fail("cannot read this: " substr(text, RSTART, 60))
    if (enums == "" || places == "")
        fail("there is nothing to record")
    print "#include \"layout.h\"\n\n#include <snndelay.h>\n#include <stddef.h>\n"
    print "const enumerator layout_enumerators[] = {\n" enums "    {NULL, NULL, 0},\n};\n"
    print "const member layout_members[] = {\n" places "    {NULL, 0, NULL, NULL, 0, 0},\n};"
}
