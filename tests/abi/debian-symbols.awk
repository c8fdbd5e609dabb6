# Writes the symbols file of the Debian package from the symbol map: which version of the package a program needs for
# what it uses. That is the version after which a function's node of the map is named. Before 1.0 the interface may
# change with every version, so only the present one will do.
#
#     awk -v version=VERSION -v soversion=SOVERSION -f debian-symbols.awk lib/snndelay.map

BEGIN {
    package = "libsnndelay" soversion
    split(version, part, ".")
    only = part[1] == 0 ? ", " package " (<< " part[1] "." part[2] "." part[3] + 1 "~)" : ""
    print "libsnndelay.so." soversion " " package " #MINVER#" only
    print "* Build-Depends-Package: libsnndelay-dev"
}

/^SNNDELAY_/ {
    node = $1
    since = node == "SNNDELAY_0" ? version : substr(node, length("SNNDELAY_") + 1)
    print " " node "@" node " " since
}

/^    snnd_/ {
    sub(/;$/, "")
    print " " $1 "@" node " " since
}
