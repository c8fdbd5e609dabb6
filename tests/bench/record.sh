#!/bin/sh
# Appends a line about the version that was built to doc/size-and-speed.tsv: size, instructions of small steps, and times
# as multiples of SGEMM's, so that lines of different machines and hours can be compared (doc/performance.md).
#
#     sh tests/bench/record.sh [BUILD FOLDER]
#
# The build is one of the whole library with tests; one without training is made beside it. Needs valgrind. Takes some
# minutes. A line of the same commit is replaced.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
build=$(cd "${1:-$root/build}" && pwd)
table=$root/doc/size-and-speed.tsv
bench=$build/tests/bench/snnd-bench
library=$build/lib/libsnndelay.so
for file in "$bench" "$library"; do
    [ -e "$file" ] || { echo "record: there is no $file" >&2; exit 2; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

logged() {
    "$@" >"$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; echo "record: failed: $*" >&2; exit 1; }
}
stripped() {
    strip -s -o "$work/stripped" "$1"
    wc -c <"$work/stripped"
}

logged meson setup "$work/build" "$root" -Dtraining=false -Dtests=disabled -Dexamples=false -Ddefault_library=shared
logged ninja -C "$work/build"

# It ends with 1 where there are too many; what there are is recorded all the same.
sh "$here/instructions.sh" "$build" >"$work/instructions" || [ $? -eq 1 ]

# GFLOP that the best SGEMM of OpenBLAS makes on one core in the time of a step: the median of three runs, each of which
# measures both.
of_sgemm() {
    for run in 1 2 3; do
        "$bench" "$1" --threads 1 --repeat 10 --json |
            sed 's/.*"min_ms":\([0-9.]*\).*"sgemm_best_gflops_per_core":\([0-9.]*\).*/\1 \2/'
    done | awk '{ printf "%.2f\n", $1 * $2 / 1000 }' | sort -n | sed -n 2p
}

version=$(sed -n "s/^ *version: '\(.*\)',$/\1/p" "$root/meson.build")
commit=$(git -C "$root" describe --always --dirty --exclude '*' 2>/dev/null || echo -)
compiler=$(sed -n 's/^C compiler for the host machine: .*"\(.*\)")$/\1/p' "$build/meson-logs/meson-log.txt" | tail -n 1)
processor=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
isa=$("$bench" eval --hidden 8 --repeat 1 --no-sgemm --json | sed 's/.*"isa":"\([a-z0-9]*\)".*/\1/')

{
    printf 'version\tcommit\tdate\tcompiler\tprocessor\tbytes\tbytes_without_training'
    awk '{ printf "\t%s", $1 }' "$work/instructions"
    printf '\tstep_gflop\tevaluation_gflop\n'
    printf '%s\t%s\t%s\t%s\t%s\t%d\t%d' "$version" "$commit" "$(date -u +%Y-%m-%d)" "${compiler:--}" "${processor:--}, $isa" \
        "$(stripped "$library")" "$(stripped "$work/build/lib/libsnndelay.so")"
    awk '{ printf "\t%d", $2 }' "$work/instructions"
    printf '\t%s\t%s\n' "$(of_sgemm train)" "$(of_sgemm eval)"
} >"$work/now"

# Columns of a table that is there stay: another set of steps needs a table of its own.
if [ -e "$table" ]; then
    [ "$(head -n 1 "$table")" = "$(head -n 1 "$work/now")" ] ||
        { echo "record: the columns are not those of $table:" >&2; cat "$work/now" >&2; exit 1; }
    awk -F '\t' -v commit="$commit" 'NR == 1 || commit == "-" || $2 != commit' "$table" >"$work/table"
    tail -n 1 "$work/now" >>"$work/table"
else
    cp "$work/now" "$work/table"
fi
cat "$work/table" >"$table"
tail -n 1 "$table"
