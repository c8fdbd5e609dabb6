#!/bin/sh
# Exports a network as float and fixed-point C, compiles both for this machine, and compares their classes with the
# stream's over a test set.
#
#     sh tests/export/agreement.sh MODEL.safetensors X.npy Y.npy [SCALE [SAMPLES.npy [BUILD FOLDER]]]
#
# X.npy [N, T, I] is multiplied by SCALE, 1 by default and 20 where rawhd-train trained the network; Y.npy [N] are its
# labels. Fixed point is made for the largest input of SAMPLES.npy, or X.npy.
set -eu
[ $# -ge 3 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
model=$1 x=$2 y=$3 scale=${4:-1} samples=${5:-$2}
build=$(cd "${6:-$here/../../build}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for numbers in float fixed; do
    fixed=
    [ $numbers = float ] || fixed="--fixed --samples $samples --scale $scale"
    "$build/examples/export-c" "$model" "$work/net_$numbers" --name net_$numbers $fixed | sed "s|$work/||g"
done
${CC:-cc} -std=c99 -O2 -Wall -Wextra -Wpedantic -Werror -I"$work" -I"$here/../../include" -I"$build/include" \
    "$here/agreement.c" "$work/net_float.c" "$work/net_fixed.c" -L"$build/lib" -lsnndelay -Wl,-rpath,"$build/lib" \
    -o "$work/agreement"
"$work/agreement" "$model" "$x" "$y" "$scale"
