#!/bin/bash
# A disk that is full when rawhd-train wants to write a checkpoint: the run must end with an error that says so, the
# checkpoint before must be as it was, and with room again the run must go on to the same bytes as an undisturbed one.
# Needs root, for a small file system of its own.
#
#     tests/faults/full-disk.sh BUILD
set -euo pipefail
build=$(cd "$1" && pwd)
train=$build/examples/training/rawhd-train
work=$(mktemp -d)
trap 'umount "$work/disk" 2>/dev/null || true; rm -rf "$work"' EXIT

"$build/examples/make-digits/snnd-make-digits" --out "$work/digits" --trials 2 >/dev/null
options=(--data "$work/digits" --hidden 32 --epochs 12 --batch 16 --threads 1 --quiet)
log() { sed 's/"seconds":[^,}]*//' "$1/log.jsonl"; }
"$train" "${options[@]}" --out "$work/whole" >/dev/null

mkdir "$work/disk"
mount -t tmpfs -o size=16m tmpfs "$work/disk"
run=$work/disk/run
"$train" "${options[@]}" --out "$run" >/dev/null &
child=$!
until [ -e "$run/checkpoint.safetensors" ] && [ "$(cat "$run/log.jsonl" 2>/dev/null | wc -l)" -ge 3 ]; do sleep 0.02; done
kill -KILL "$child"
wait "$child" 2>/dev/null || true

# Fills the disk but for half a checkpoint.
free=$(df --output=avail -B1 "$work/disk" | tail -n 1)
size=$(stat -c %s "$run/checkpoint.safetensors")
head -c $((free - size / 2)) /dev/zero >"$work/disk/filling"
cp "$run/checkpoint.safetensors" "$work/before"
code=0
"$train" --resume --out "$run" --quiet >"$work/said" 2>&1 || code=$?
cat "$work/said"
[ "$code" -eq 1 ]
grep -q 'No space left on device' "$work/said"
cmp "$run/checkpoint.safetensors" "$work/before"

rm "$work/disk/filling"
"$train" --resume --out "$run" --quiet >/dev/null
for file in initial.safetensors best.safetensors last.safetensors predictions.tsv; do
    cmp "$run/$file" "$work/whole/$file"
done
diff <(log "$run") <(log "$work/whole")
echo 'a full disk lost nothing'

# Temporary files where there is no room for them: what could not be made is said, and why.
head -c 20m /dev/zero >"$work/disk/filling" 2>/dev/null || true
report() { TMPDIR=$work/disk "$build/examples/training/rawhd-report" --out "$work/report.html" "$work/whole"; }
ablation() { TMPDIR=$work/disk "$build/examples/training/rawhd-ablation" --data "$work/digits" --out "$work/ablation" --dry-run; }
for program in report ablation; do
    $program >"$work/said" 2>&1 || true
    if ! grep 'No space left on device' "$work/said" | head -n 1 | grep .; then
        cat "$work/said" >&2
        echo "full-disk: $program does not say that there is no room for temporary files" >&2
        exit 1
    fi
done
echo 'a full disk for temporary files is named'
