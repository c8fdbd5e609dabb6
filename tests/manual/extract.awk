# Makes programs of what a page of the manual has in C, C++ and shell: the blocks that are fenced with c, cpp and sh.
#
#     awk -v page=doc/PAGE.md -v folder=FOLDER -v hosts=tests/manual/PAGE -f extract.awk PAGE.md
#
# Writes FOLDER/1.c, 2.sh, ... and prints their names in the order in which they are to be run. A block with a main()
# is a program, as every block of shell is. The other blocks in C of a page go on from one another, and so do those in
# C++: each kind is the body of one main(), run where its first block stands. What is under a further heading of the first
# level sees the names of the first one and has its own, which may be the same. A block in C++ that begins with a template
# stands before main(). What the page does not declare, since it is the host's, is in hosts.h and hosts.hpp.
#
# Every call in them that stands for itself is checked, as the page says that a program does. A block behind a line
# "<!-- not run: why -->" is passed over.

function add(name) {
    steps++
    step[steps] = name
}

function write(name, text) {
    printf "%s", text >(folder "/" name)
    close(folder "/" name)
}

# The text with its calls checked.
function with_checks(text, lines, count, i, all) {
    count = split(text, lines, "\n")
    for (i = 1; i < count; i++) {
        if (lines[i] ~ /^ *snnd_[a-z0-9_]+\(/ && lines[i] !~ /^ *snnd_[a-z0-9_]+_free\(/)
            sub(/snnd_/, "checked(__LINE__), checked_status = snnd_", lines[i])
        all = all lines[i] "\n"
    }
    return all
}

# A block of a body that goes on.
function go_on(kind, text) {
    if (body[kind] == "") {
        own[kind] = section
        add("")
        place[kind] = steps
    } else if (section != scope[kind])
        body[kind] = body[kind] (scope[kind] != own[kind] ? "}\n" : "") "{\n"
    scope[kind] = section
    body[kind] = body[kind] sprintf("#line %d \"%s\"\n", first, page) with_checks(text)
}

function block(language, text) {
    if (language == "sh") {
        add(++programs ".sh")
        write(programs ".sh", text)
    } else if (text ~ /(^|\n)int main\(/) {
        add(++programs "." language)
        write(programs "." language, hosts_of(language) sprintf("#line %d \"%s\"\n", first, page) text)
    } else if (language == "cpp" && text ~ /^template/) {
        before = before sprintf("#line %d \"%s\"\n", first, page) text
    } else {
        go_on(language, text)
    }
}

function hosts_of(language, name) {
    name = hosts (language == "c" ? ".h" : ".hpp")
    return (getline line <name) >= 0 ? "#include \"" name "\"\n" : ""
}

function program(kind, name) {
    name = ++programs "." kind
    step[place[kind]] = name
    write(name, "#include \"checked.h\"\n" (kind == "cpp" ? before : "") hosts_of(kind) "int main(void) {\n" body[kind] \
        (scope[kind] != own[kind] ? "}\n" : "") "checked(0);\nreturn 0;\n}\n")
}

!inside && /^<!-- not run: .* -->$/ { passed = 1 }
!inside && /^# / { section++ }
!inside && /^    .*snnd_[a-z0-9_]+\(/ {
    print page ":" NR ": calls the library outside of a fence, where nothing compiles it" >"/dev/stderr"
    failed = 1
    exit
}
/^```/ {
    if (inside && language != "" && !passed_over)
        block(language, text)
    if (!inside) {
        language = $0 ~ /^```(c|cpp|sh)$/ ? substr($0, 4) : ""
        text = ""
        first = NR + 1
        passed_over = passed
        passed = 0
    }
    inside = !inside
    next
}
inside {
    text = text $0 "\n"
}
END {
    if (failed)
        exit 1
    for (kind in body)
        program(kind)
    for (i = 1; i <= steps; i++)
        print step[i]
}
