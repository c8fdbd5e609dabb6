#!/bin/sh
# Trains the paper's network and four others, each dense and 87.5 % sparse, with three seeds, on made digits and on
# FSDD, and prints what came of them: the table of experiments.md.
#
#     sh doc/experiments/neurons.sh BUILD OUT DATA...
#
# BUILD is a build folder with rawhd-train; OUT gets a folder for each run, spectrograms, runs.tsv and table.md; DATA
# are folders laid out as the Heidelberg Digits, which nothing is written to. It can be stopped at any time: the same
# command goes on where it was. EPOCHS (40), BATCH (64) and SEEDS ("0 1 2") may be others. A run takes all processors,
# one after the other, so that seconds compare.
set -eu
[ $# -ge 3 ] || { sed -n '5,10s/^# \{0,1\}//p' "$0" >&2; exit 2; }
train=$1/examples/training/rawhd-train
out=$2
shift 2
[ -x "$train" ] || { echo "neurons.sh: there is no $train" >&2; exit 2; }
mkdir -p "$out"

# The options of a model.
options_of() {
    case $1 in
    paper) ;;
    update-first) echo '--order update-first' ;;
    axonal) echo '--delays axonal' ;;
    learned-tau) echo '--tau learned' ;;
    adaptive) echo '--neurons adaptive' ;;
    esac
    case $2 in
    sparse) echo '--structure deep-r --sparsity 0.875' ;;
    esac
}

# Trains a run, or the rest of one: data, model, structure, seed.
train_one() {
    run=$out/$(basename "$1")-$2-$3-$4
    if [ -f "$run/checkpoint.safetensors" ]; then
        "$train" --resume --out "$run" --quiet >/dev/null
    else
        # shellcheck disable=SC2046 # the words of the options are to be split
        "$train" --data "$1" --out "$run" --overwrite --quiet --epochs "${EPOCHS:-40}" --batch "${BATCH:-64}" \
            --cache "$out/spectrograms-$(basename "$1")" --seed "$4" --picojoules 0.9,4.6 \
            $(options_of "$2" "$3") >/dev/null
    fi
    collect "$run" "$@" >>"$out/runs.tsv"
}

# A line of runs.tsv from the log of a run. Parameters are those of synapses that exist, with their delays, of batch
# norm, and of neurons, in a network of 40, 256 and 20.
collect() {
    awk -v data="$(basename "$2")" -v model="$3" -v structure="$4" -v seed="$5" '
        function number(name,  before) {
            before = length(name) + 3
            return match($0, "\"" name "\":[-+.eE0-9]+") ? substr($0, RSTART + before, RLENGTH - before) : 0
        }
        {
            seconds += number("seconds")
            accuracy = number("test_accuracy")
            synapses = number("active")
            rate = number("spike_rate")
            accumulations = number("accumulations")
            multiplications = number("multiplications")
            energy = number("picojoules")
        }
        END {
            parameters = synapses + (model == "axonal" ? 40 + 256 : synapses) + 2 * 256
            parameters += model == "learned-tau" ? 256 + 20 : model == "adaptive" ? 4 * 256 : 0
            printf "%s\t%s\t%s\t%s\t%.6f\t%d\t%d\t%.5f\t%.1f\t%.1f\t%.1f\t%.1f\n", data, model, structure, seed,
                accuracy, synapses, parameters, rate, accumulations, multiplications, energy, seconds
        }' "$1/log.jsonl"
}

heading='data model structure seed accuracy synapses parameters spike_rate accumulations multiplications picojoules'
echo "$heading seconds" | tr ' ' '\t' >"$out/runs.tsv"
for data in "$@"; do
    for seed in ${SEEDS:-0 1 2}; do
        for structure in dense sparse; do
            for model in paper update-first axonal learned-tau adaptive; do
                echo "$(basename "$data") $model $structure seed $seed" >&2
                train_one "$data" "$model" "$structure" "$seed"
            done
        done
    done
done

# Means over seeds, in the order in which the runs came, and of accuracies the sample's standard deviation.
awk -F '\t' '
    NR == 1 {
        printf "| data | model | structure | test accuracy (%%) | parameters | accumulations | multiplications |"
        print " uJ | seconds |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
        next
    }
    {
        row = "| " $1 " | " $2 " | " $3 " |"
        if (!(row in runs))
            order[rows++] = row
        runs[row]++
        sum[row] += $5; squares[row] += $5 * $5
        parameters[row] += $7
        accumulations[row] += $9; multiplications[row] += $10; energy[row] += $11
        seconds[row] += $12
    }
    END {
        for (i = 0; i < rows; i++) {
            row = order[i]
            n = runs[row]
            spread = n > 1 ? (squares[row] - sum[row] * sum[row] / n) / (n - 1) : 0
            printf "%s %.1f ± %.1f | %d | %d | %d | %.2f | %.0f |\n", row, 100 * sum[row] / n,
                100 * sqrt(spread > 0 ? spread : 0), parameters[row] / n, accumulations[row] / n,
                multiplications[row] / n, energy[row] / n / 1e6, seconds[row] / n
        }
    }' "$out/runs.tsv" | tee "$out/table.md"
