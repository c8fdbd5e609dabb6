#!/bin/sh
# Trains the recipes shd and ssc on made events, with three seeds each, and prints what came of them: the table of
# experiments.md.
#
#     sh doc/experiments/events.sh BUILD OUT SHD SSC
#
# BUILD is a build folder with snnd-train; OUT gets a folder for each run, counts, runs.tsv and table.md; SHD and SSC are
# folders of snnd-make-digits --events and --word-events, which nothing is written to. It can be stopped at any time: the
# same command goes on where it was. EPOCHS (20), BATCH (64), HIDDEN (128,128), SEEDS ("0 1 2") and THREADS (1) may be
# others; all else is as the recipes have it.
set -eu
[ $# -eq 4 ] || { sed -n '5,11s/^# \{0,1\}//p' "$0" >&2; exit 2; }
train=$1/examples/training/snnd-train
out=$2
[ -x "$train" ] || { echo "events.sh: there is no $train" >&2; exit 2; }
mkdir -p "$out"

# Trains a run, or the rest of one: recipe, data, seed.
train_one() {
    run=$out/$1-$3
    if [ -f "$run/checkpoint.safetensors" ]; then
        "$train" "$1" --resume --out "$run" --threads "${THREADS:-1}" --quiet >/dev/null
    else
        "$train" "$1" --data "$2" --out "$run" --overwrite --quiet --epochs "${EPOCHS:-20}" --batch "${BATCH:-64}" \
            --hidden "${HIDDEN:-128,128}" --cache "$out/counts" --seed "$3" --threads "${THREADS:-1}" >/dev/null
    fi
    collect "$run" "$1" "$3" >>"$out/runs.tsv"
}

# A line of runs.tsv from the log of a run: accuracies after the last epoch, and of the testing set in the epoch in which
# validation was best, if there is any.
collect() {
    awk -v recipe="$2" -v seed="$3" '
        function number(name,  before) {
            before = length(name) + 3
            return match($0, "\"" name "\":[-+.eE0-9]+") ? substr($0, RSTART + before, RLENGTH - before) : "nan"
        }
        {
            seconds += number("seconds")
            training = number("train_accuracy")
            testing = number("test_accuracy")
            validation = number("validation_accuracy")
            rate = number("spike_rate")
            if (validation != "nan" && (best == "" || validation > best)) {
                best = validation
                chosen = testing
            }
        }
        END {
            printf "%s\t%s\t%d\t%.6f\t%.6f\t%s\t%s\t%.5f\t%.1f\n", recipe, seed, NR, training, testing,
                best == "" ? "nan" : best, best == "" ? "nan" : chosen, rate, seconds
        }' "$1/log.jsonl"
}

echo 'recipe seed epochs train_accuracy test_accuracy best_validation test_at_best spike_rate seconds' | tr ' ' '\t' \
    >"$out/runs.tsv"
for seed in ${SEEDS:-0 1 2}; do
    for recipe in shd ssc; do
        echo "$recipe seed $seed" >&2
        if [ $recipe = shd ]; then data=$3; else data=$4; fi
        train_one $recipe "$data" "$seed"
    done
done

# Means over seeds and the sample's standard deviation, as percents.
awk -F '\t' '
    NR == 1 {
        print "| recipe | test accuracy, last epoch (%) | best by validation (%) | seconds |\n| --- | --- | --- | --- |"
        next
    }
    {
        if (!($1 in runs))
            order[recipes++] = $1
        runs[$1]++
        sum[$1] += $5; squares[$1] += $5 * $5; all[$1] = all[$1] (all[$1] == "" ? "" : ", ") sprintf("%.1f", 100 * $5)
        best[$1] = best[$1] (best[$1] == "" ? "" : ", ") ($7 == "nan" ? "-" : sprintf("%.1f", 100 * $7))
        seconds[$1] += $9
    }
    END {
        for (i = 0; i < recipes; i++) {
            r = order[i]
            n = runs[r]
            spread = n > 1 ? (squares[r] - sum[r] * sum[r] / n) / (n - 1) : 0
            printf "| %s | %s: %.1f ± %.1f | %s | %.0f |\n", r, all[r], 100 * sum[r] / n,
                100 * sqrt(spread > 0 ? spread : 0), best[r], seconds[r] / n
        }
    }' "$out/runs.tsv" | tee "$out/table.md"
