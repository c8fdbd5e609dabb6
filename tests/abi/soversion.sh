#!/bin/sh
# Prints the version of the soname, which goes with the project's: the first number, or before 1.0 the first two.
version=$(sed -n "s/^ *version: '\(.*\)',$/\1/p" "$(dirname "$0")/../../meson.build")
case $version in
0.*) echo "${version%.*}" ;;
*) echo "${version%%.*}" ;;
esac
