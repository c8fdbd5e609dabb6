# Writes the symbols file of the Debian package from the symbol map: which version of the package a program needs for
# what it uses. That is the version after which a function's node of the map is named.
#
#     awk -v soversion=SOVERSION -f debian-symbols.awk lib/snndelay.map

BEGIN {
    print "libsnndelay.so." soversion " libsnndelay" soversion " #MINVER#"
    print "* Build-Depends-Package: libsnndelay-dev"
}

/^SNNDELAY_/ {
    node = $1
    since = substr(node, length("SNNDELAY_") + 1)
    print " " node "@" node " " since
}

/^    snnd_/ {
    sub(/;$/, "")
    print " " $1 "@" node " " since
}
