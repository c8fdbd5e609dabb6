# What differs between two records, enums.txt or structs.txt, and is more than an addition: prints it and ends with 1. A
# structure may grow behind its old end if its first member is its size; a new member in a hole of the old structure
# would be out of an older host's hands, who cannot say that it has it.
#
#     awk -f additions.awk OLD NEW

function complain(what, line) {
    print what ": " line
    bad = 1
}

FNR == NR && NF == 2 { size[$1] = $2; next }
FNR == NR { old[$0] = 1; next }
NF == 2 { now[$1] = $2; next }
/^[^ ]+ 0 [0-9]+ size_t size$/ { grows[$1] = 1 }
$0 in old { delete old[$0]; next }
NF > 3 && $1 in size && $2 < size[$1] { complain("within the old structure", $0) }

END {
    for (line in old)
        complain("gone or changed", line)
    for (type in size)
        if (type in now && (now[type] < size[type] || (now[type] > size[type] && !(type in grows))))
            complain("may not change its size", type " " size[type] " -> " now[type])
    exit bad
}
