# Lists what sources in C can print: string literals of at least two words, one a line, after the folder of their file.
#
#     awk -f list.awk FILE...
#
# Literals that the compiler joins are joined. A macro among them is shown by its name, as <PRId64>. Escapes stay as they
# are written. Texts in another language (C that is exported, HTML, gnuplot) are left out.

function is_code(text) {
    return text ~ /;\\n|\{\\n|s->|\$_|\]\[|<\/?[a-z]|linecolor|dashtype|yerrorbars|multiplot/ ||
           text ~ /(^|\\n)(un)?set [a-z]/ || text ~ /^%\*?s?(const|for|static) /
}

function end_of_text() {
    if (text ~ /[^ ] +[^ ]/ && text ~ /[A-Za-z][A-Za-z]/ && !is_code(text))
        print folder "\t" text
    text = ""
    macros = ""
}

FNR == 1 {
    end_of_text()
    in_comment = 0
    folder = FILENAME
    sub(/\/[^\/]*$/, "", folder)
}

{
    line = $0
    if (!in_comment && line ~ /^[ \t]*#[ \t]*include/)
        next
    while (line != "") {
        if (in_comment) {
            end = index(line, "*/")
            if (end == 0)
                next
            line = substr(line, end + 2)
            in_comment = 0
            continue
        }
        if (substr(line, 1, 2) == "/*") {
            in_comment = 1
            line = substr(line, 3)
            continue
        }
        if (match(line, /^"([^"\\]|\\.)*"/)) {
            text = text macros substr(line, 2, RLENGTH - 2)
            macros = ""
        } else if (match(line, /^[A-Z_][A-Z_0-9a-z]*/))
            macros = macros "<" substr(line, 1, RLENGTH) ">"
        else if (!match(line, /^[ \t\\]+/)) {
            end_of_text()
            if (!match(line, /^'([^'\\]|\\.[^']*)'/) && !match(line, /^[A-Za-z_0-9]+/))
                RLENGTH = 1
        }
        line = substr(line, RLENGTH + 1)
    }
}

END {
    end_of_text()
}
