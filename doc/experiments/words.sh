#!/bin/sh
# Trains the network of the recipe gsc in small, and without what takes it longer (silent steps after the end), with and
# without background noise, with three seeds, on made words, and prints what came of it: the table of experiments.md.
#
#     sh doc/experiments/words.sh BUILD OUT WORDS
#
# BUILD is a build folder with snnd-train; OUT gets a folder for each run, runs.tsv and table.md; WORDS is a folder laid
# out as Speech Commands, as snnd-make-digits --words makes it. It can be stopped at any time: the same command goes on
# where it was. EPOCHS (30), HIDDEN (128,128), BATCH (64) and SEEDS ("0 1 2") may be others. A run takes one thread.
set -eu
[ $# -eq 3 ] || { sed -n '5,10s/^# \{0,1\}//p' "$0" >&2; exit 2; }
train=$1/examples/training/snnd-train
out=$2
words=$3
[ -x "$train" ] || { echo "words.sh: there is no $train" >&2; exit 2; }
mkdir -p "$out"

# Trains a run, or the rest of one: share of noise, seed.
train_one() {
    run=$out/noise-$1-$2
    if [ -f "$run/checkpoint.safetensors" ]; then
        "$train" gsc --resume --out "$run" --threads 1 --quiet >/dev/null
    else
        "$train" gsc --data "$words" --out "$run" --overwrite --threads 1 --quiet --seed "$2" \
            --epochs "${EPOCHS:-30}" --hidden "${HIDDEN:-128,128}" --batch "${BATCH:-64}" --cache "$out/spectrograms" \
            --background-noise "$1" --extra-steps 0 --weight-decay 0 >/dev/null
    fi
    collect "$run" "$@" >>"$out/runs.tsv"
}

# A line of runs.tsv from the log of a run: of the last epoch, and of that with the highest validation accuracy.
collect() {
    awk -v noise="$2" -v seed="$3" '
        function number(name,  before) {
            before = length(name) + 3
            return match($0, "\"" name "\":[-+.eE0-9]+") ? substr($0, RSTART + before, RLENGTH - before) : 0
        }
        {
            seconds += number("seconds")
            train = number("train_accuracy")
            validation = number("validation_accuracy")
            test = number("test_accuracy")
            synapses = number("active")
            if (NR == 1 || validation > best) { best = validation; chosen = test; epoch = NR }
        }
        END {
            printf "%s\t%s\t%.6f\t%.6f\t%.6f\t%.6f\t%d\t%d\t%.1f\n", noise, seed, train, validation, test, chosen, epoch,
                synapses, seconds
        }' "$1/log.jsonl"
}

echo 'noise seed train validation test test_of_best best_epoch synapses seconds' | tr ' ' '\t' >"$out/runs.tsv"
for seed in ${SEEDS:-0 1 2}; do
    for noise in ${NOISE:-0 0.5}; do
        echo "noise $noise seed $seed" >&2
        train_one "$noise" "$seed"
    done
done

# Means over seeds, and of accuracies the sample's standard deviation.
awk -F '\t' '
    function spread(sum, squares, n,  all) {
        all = n > 1 ? (squares - sum * sum / n) / (n - 1) : 0
        return 100 * sqrt(all > 0 ? all : 0)
    }
    NR == 1 {
        print "| noise | train (%) | validation (%) | test (%) | test at the best validation (%) | seconds |"
        print "| --- | --- | --- | --- | --- | --- |"
        next
    }
    {
        if (!($1 in runs))
            order[rows++] = $1
        runs[$1]++
        for (i = 3; i <= 6; i++) { sum[$1, i] += $i; squares[$1, i] += $i * $i }
        seconds[$1] += $9
    }
    END {
        for (r = 0; r < rows; r++) {
            noise = order[r]; n = runs[noise]; line = "| " noise " |"
            for (i = 3; i <= 6; i++)
                line = line sprintf(" %.1f ± %.1f |", 100 * sum[noise, i] / n, spread(sum[noise, i], squares[noise, i], n))
            printf "%s %.0f |\n", line, seconds[noise] / n
        }
    }' "$out/runs.tsv" | tee "$out/table.md"
