#!/bin/sh
# Counts the instructions of small training steps with Callgrind and compares them with instructions.txt: unlike times,
# they do not depend on what else the machine does. Fails where there are more than 3 % more.
#
#     sh tests/bench/instructions.sh [--record] [BUILD FOLDER]
#
# --record writes instructions.txt. Valgrind knows AVX2 but not AVX-512. Products are the library's own, since those of a
# BLAS have as many instructions as its version wants.
set -eu
here=$(dirname "$0")
record=
if [ "${1:-}" = --record ]; then
    record=yes
    shift
fi
program=${1:-$here/../../build}/tests/bench/snnd-bench
recorded=$here/instructions.txt
[ -x "$program" ] || { echo "instructions: there is no $program" >&2; exit 2; }
command -v valgrind >/dev/null || { echo 'instructions: needs valgrind' >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

shape='--inputs 20 --hidden 48 --classes 10 --steps 20 --batch 32'

# Instructions of a whole run that times so many steps.
of_run() {
    OPENBLAS_NUM_THREADS=1 valgrind --tool=callgrind --callgrind-out-file="$work/out" "$program" $2 $shape --isa avx2 \
        --products own --threads 1 --no-sgemm --repeat "$1" >"$work/log" 2>&1 || { tail -n 5 "$work/log" >&2; exit 1; }
    awk '/^(summary|totals):/ { print $2; exit }' "$work/out"
}

# Of one step: without what two runs have in common.
of_step() {
    many=$(of_run 3 "$1")
    few=$(of_run 1 "$1")
    echo $(((many - few) / 2))
}

cat >"$work/cases" <<'CASES'
dense-narrow train --sigma 0.23
dense-middle train --sigma 2
dense-wide train --sigma 12
deep-r-gradient train --rule deep-r-gradient --sparsity 0.875
deep-r-random train --rule deep-r-random --sparsity 0.984
without-delays train --taps 1
evaluation eval
CASES

while read -r name options; do
    echo "$name $(of_step "$options")"
done <"$work/cases" >"$work/now"

if [ -n "$record" ]; then
    cp "$work/now" "$recorded"
    cat "$recorded"
    exit 0
fi
awk 'NR == FNR { before[$1] = $2; next }
    !($1 in before) { printf "%-16s %12d, never recorded\n", $1, $2; bad = 1; next }
    {
        change = 100 * ($2 - before[$1]) / before[$1]
        printf "%-16s %12d instructions a step, %+.2f %%%s\n", $1, $2, change, (change > 3 ? ": too many" : "")
        bad = bad || change > 3
    }
    END { exit bad }' "$recorded" "$work/now"
