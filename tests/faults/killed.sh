#!/bin/bash
# Kills rawhd-train with SIGKILL at random moments, at least TIMES times, over as many runs as that takes; each run is
# resumed until it is done, and must then have the files of an undisturbed one to the last bit, and no others.
#
#     tests/faults/killed.sh BUILD [TIMES [SEED]]
set -euo pipefail
build=$(cd "$1" && pwd)
times=${2:-50}
RANDOM=${3:-1}
train=$build/examples/training/rawhd-train
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$build/examples/make-digits/snnd-make-digits" --out "$work/digits" --trials 2 >/dev/null
options=(--data "$work/digits" --hidden 32 --structure deep-r --sparsity 0.5 --epochs 40 --batch 16 --validation 0.2 --threads 1)

# What a run says of its epochs, without the seconds.
log() { sed 's/"seconds":[^,}]*//' "$1/log.jsonl"; }

begun=$(date +%s%N)
"$train" "${options[@]}" --out "$work/whole" >/dev/null
took=$((($(date +%s%N) - begun) / 1000000))

kills=0 runs=0 deaths_in_a_row=0
while [ "$kills" -lt "$times" ]; do
    run=$work/run-$runs
    runs=$((runs + 1))
    until [ -e "$run/finished" ]; do
        # Up to a third of an undisturbed run, so that some epochs go by between two deaths.
        moment=$((RANDOM * took / 3 / 32768))
        if [ -e "$run/checkpoint.safetensors" ]; then
            "$train" --resume --out "$run" >"$work/said" 2>&1 &
        else
            "$train" "${options[@]}" --out "$run" --overwrite >"$work/said" 2>&1 &
        fi
        child=$!
        sleep "$(printf '%d.%03d' $((moment / 1000)) $((moment % 1000)))"
        kill -KILL "$child" 2>/dev/null || true
        code=0
        wait "$child" 2>/dev/null || code=$?
        case $code in
        0) touch "$run/finished" ;;
        137)
            kills=$((kills + 1))
            deaths_in_a_row=$((deaths_in_a_row + 1))
            ;;
        *)
            echo "killed: after $kills kills the run ended with $code:" >&2
            cat "$work/said" >&2
            exit 1
            ;;
        esac
        if [ "$deaths_in_a_row" -gt $((times * 4)) ]; then
            echo "killed: no run gets through" >&2
            exit 1
        fi
    done
    deaths_in_a_row=0
    for file in initial.safetensors best.safetensors last.safetensors predictions.tsv; do
        cmp "$run/$file" "$work/whole/$file"
    done
    diff <(log "$run") <(log "$work/whole")
    diff <(ls "$run" | grep -v finished) <(ls "$work/whole")
    rm -rf "$run"
done
echo "$kills kills over $runs runs of ${took} ms: every one ended with the same bytes"
