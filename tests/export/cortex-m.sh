#!/bin/sh
# Compiles exported C for microcontrollers, runs it under qemu, compares every bit of its outputs with the same C on this
# machine, and tells bytes and instructions.
#
#     sh tests/export/cortex-m.sh [BUILD FOLDER [MODEL.safetensors X.npy [SCALE]]]
#
# Without a model, of a sparse network of the paper's size with random weights. Of X.npy [N, T, I], little-endian
# float32 times SCALE, the first sample is used. Needs gcc-arm-none-eabi, libnewlib-arm-none-eabi (for <stdint.h>)
# and qemu-system-arm.
#
# Instructions are counted, not estimated: qemu runs one at a time and logs each that lies in the network's section; what
# belongs to reset, scores and class is not counted. Cycles are more: qemu knows nothing of them.
set -eu
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-$here/../../build}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for tool in arm-none-eabi-gcc arm-none-eabi-nm arm-none-eabi-size qemu-system-arm; do
    command -v $tool >/dev/null || { echo "cortex-m: needs $tool" >&2; exit 2; }
done

if [ $# -ge 3 ]; then
    model=$2 x=$3 scale=${4:-1}
else
    "$build/tests/make-case" "$work"
    model=$work/model.safetensors x=$work/x.npy scale=1
fi
warnings='-Wall -Wextra -Wpedantic -Werror'
samples=1

# The shape in a .npy header of version 1: (N, T, I).
header=$(od -An -tu2 -j8 -N2 "$x" | tr -d ' ')
steps=$(dd if="$x" bs=1 count=$((header + 10)) 2>/dev/null | tr -d '\0' |
    sed -n "s/.*'shape': ([0-9]*, \([0-9]*\), \([0-9]*\),\{0,1\}).*/\1 \2/p")
[ -n "$steps" ] || { echo "cortex-m: cannot read the shape of $x" >&2; exit 2; }
inputs=${steps#* } steps=${steps% *}

# frames.h of an export: NAME of the folder, then the types of frames, potentials and scores, and the inputs' scale.
write_frames() {
    {
        echo "#include <stdint.h>"
        echo "enum { SAMPLES = $samples, STEPS = $steps };"
        echo "typedef $2 frame; typedef $3 potential; typedef $4 score;"
        echo "static const frame frames[SAMPLES * STEPS][$inputs] = {"
        od -An -v -tf4 -w4 -j$((header + 10)) -N$((samples * steps * inputs * 4)) "$x" |
            awk -v inputs="$inputs" -v type="$2" -v scale="$scale" -v to="$5" '
                NR % inputs == 1 || inputs == 1 { printf "{" }
                {
                    v = $1 * scale
                    if (type == "float") printf "%.9ef,", v
                    else printf "%d,", int(v * to + (v < 0 ? -0.5 : 0.5))
                    if (NR % inputs == 0) print "},"
                }'
        echo '};'
    } >"$work/$1/frames.h"
}

for numbers in float fixed; do
    mkdir "$work/$numbers"
    if [ $numbers = float ]; then
        "$build/examples/export-c" "$model" "$work/float/net" --name net | sed "s|$work/||g"
        write_frames float float float float 1
    else
        "$build/examples/export-c" "$model" "$work/fixed/net" --name net --fixed --samples "$x" --scale "$scale" |
            sed "s|$work/||g"
        write_frames fixed int16_t int32_t int64_t \
            "$(sed -n 's/#define NET_INPUT_SCALE \(.*\)f$/\1/p' "$work/fixed/net.h")"
    fi
    ${CC:-cc} -std=c99 -O2 $warnings -I"$work/$numbers" "$here/driver.c" "$here/host.c" "$work/$numbers/net.c" \
        -o "$work/$numbers/host"
    "$work/$numbers/host" >"$work/$numbers/expected"
    grep -q class "$work/$numbers/expected"
done

# One processor: its name, the board that qemu has it on, the numbers, and options of the compiler.
try() {
    name=$1 board=$2 folder=$work/$3
    shift 3
    # The last one, since there is no library: gcc would make loops into calls of memset and memcpy.
    set -- "$@" -mthumb -std=c99 -O2 $warnings -fno-tree-loop-distribute-patterns -I"$folder"
    arm-none-eabi-gcc "$@" -c "$folder/net.c" -o "$folder/net.o"
    arm-none-eabi-gcc "$@" -nostdlib -T "$here/cortex-m/link.ld" "$here/driver.c" "$here/cortex-m/start.c" \
        "$folder/net.o" -lgcc -o "$folder/net.elf"
    timeout 300 qemu-system-arm -M "$board" -nographic -monitor none -serial none -semihosting \
        -kernel "$folder/net.elf" >"$folder/got" 2>&1 </dev/null
    if ! cmp -s "$folder/got" "$folder/expected"; then
        echo "$name: differs from this machine:" >&2
        diff "$folder/got" "$folder/expected" | head -n 4 | cut -c 1-120 >&2
        exit 1
    fi
    begin=$(arm-none-eabi-nm "$folder/net.elf" | awk '$3 == "network_begin" { print $1 }')
    end=$(arm-none-eabi-nm "$folder/net.elf" | awk '$3 == "network_end" { print $1 }')
    mkfifo "$folder/log"
    awk '!/net_(reset|scores|class)$/ && /^Trace/ { n++ } END { print n + 0 }' "$folder/log" >"$folder/count" &
    timeout 600 qemu-system-arm -M "$board" -nographic -monitor none -serial none -semihosting -singlestep \
        -d exec,nochain -dfilter "0x$begin+$(printf '%#x' $((0x$end - 0x$begin)))" -D "$folder/log" \
        -kernel "$folder/net.elf" >/dev/null 2>&1 </dev/null
    wait
    rm "$folder/log"
    count=$(cat "$folder/count")
    [ "$count" -gt $((samples * steps * inputs)) ] || { echo "$name: counted $count instructions" >&2; exit 1; }
    arm-none-eabi-size -A "$folder/net.o" | awk -v name="$name" -v each=$((count / (samples * steps))) '
        /^\.text/ { code += $2 } /^\.rodata/ { tables += $2 } /^\.(data|bss)/ { ram += $2 }
        END { printf "%-28s code %5d, tables %6d, static RAM %d bytes; %6d instructions per frame\n", name, code, tables, ram, each }'
}

try 'Cortex-M4F, float' mps2-an386 float -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard
try 'Cortex-M4, fixed point' mps2-an386 fixed -mcpu=cortex-m4 -mfloat-abi=soft
try 'Cortex-M3, fixed point' mps2-an385 fixed -mcpu=cortex-m3 -mfloat-abi=soft
try 'Cortex-M0, fixed point' microbit fixed -mcpu=cortex-m0 -mfloat-abi=soft
echo 'all of them gave the bits of this machine'
