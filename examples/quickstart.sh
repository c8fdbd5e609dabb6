#!/bin/sh
# From a clone to a trained network, in a few minutes: installs what is missing, builds, makes spoken digits with
# espeak-ng, trains a sparse spiking network whose delays are learned and whose synapses are rewired, and makes a
# page of HTML to look at.
#
#     sh examples/quickstart.sh [FOLDER]        FOLDER: where everything goes; quickstart/ in the clone by default
set -eu
project=$(cd "$(dirname "$0")/.." && pwd)
case ${1:-} in
'') folder=$project/quickstart ;;
/*) folder=$1 ;;
*) folder=$PWD/$1 ;;
esac
cd "$project"
build=$folder/build
begun=$(date +%s)

echo '== 1/5 what is needed'
sh examples/install-missing.sh gcc libc6-dev meson ninja-build pkg-config libcjson-dev libopenblas-dev libsndfile1-dev \
    libsamplerate0-dev libkissfft-dev espeak-ng gnuplot-nox fonts-dejavu-core

echo '== 2/5 building'
mkdir -p "$folder"
if ! { [ -f "$build/build.ninja" ] || meson setup "$build" -Dtests=disabled -Drecipes=enabled; } \
    >"$folder/build.log" 2>&1 || ! ninja -C "$build" >>"$folder/build.log" 2>&1; then
    tail -n 20 "$folder/build.log" >&2
    exit 1
fi

# A reduced data set, epochs and batches: RawHD has 10,420 recordings and the paper trains for 150 epochs of batches of 256.
echo '== 3/5 making spoken digits, English and German'
[ -d "$folder/digits" ] || "$build/examples/make-digits/snnd-make-digits" --out "$folder/digits" --trials 10

echo '== 4/5 training: 87.5 % sparse, DEEP R drops synapses, RigL grows them, delays are learned'
"$build/examples/training/rawhd-train" --data "$folder/digits" --out "$folder/run" --overwrite --structure deep-r \
    --sparsity 0.875 --epochs 40 --batch 64

echo '== 5/5 report'
"$build/examples/training/rawhd-report" --quiet --out "$folder/report.html" "$folder/run"

echo
echo "done in $((($(date +%s) - begun + 30) / 60)) minutes; everything is in $folder/:"
echo "  digits/                  the recordings, as the Heidelberg Digits are laid out"
echo "  run/log.jsonl            one line an epoch"
echo "  run/best.safetensors     the network, the best epoch's by test accuracy"
echo "  run/pictures/            each picture as SVG and PNG, with data and script: gnuplot NAME.gp draws it again"
echo "  build/examples/training/ rawhd-train --help tells the rest; snnd-live tells what a microphone hears:"
echo "                           arecord -q -f S16_LE -r 16000 | snnd-live run/best.safetensors"
echo
echo "look at the page: $folder/report.html"
