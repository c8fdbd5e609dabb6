#!/bin/sh
# Fuzzes with libFuzzer (clang), and counts. Targets are the programs of meson.build.
#
#     sh tests/fuzz/run.sh TARGET|all SECONDS         fuzz, SECONDS in all
#     sh tests/fuzz/run.sh --merge TARGET|all         put what new inputs reach more than the corpus into the corpus
#     sh tests/fuzz/run.sh --coverage TARGET|all      lines of the library that the corpora reach, by llvm-cov
#
# In the build folder $BUILD, build-fuzz/ by default: corpus/TARGET has the inputs that fuzzing found to be new, found/
# those that broke something, log/ what libFuzzer said. The sanitizers end a run at the first thing that they find.
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build-fuzz}
targets='architecture calls checkpoint events folders network nir npy options safetensors state'

usage() {
    sed -n '2,6s/^# \{0,1\}//p' tests/fuzz/run.sh >&2
    exit 2
}

job=fuzz
case ${1:-} in
--merge) job=merge && shift ;;
--coverage) job=coverage && shift ;;
esac
[ $# -eq "$([ $job = fuzz ] && echo 2 || echo 1)" ] || usage
seconds=${2:-0}
case " all $targets " in *" $1 "*) ;; *) usage ;; esac
[ "$1" = all ] || targets=$1

sh examples/install-missing.sh clang libclang-rt-dev llvm libc6-dev meson ninja-build pkg-config check libsubunit-dev \
    libcjson-dev libopenblas-dev libhdf5-dev zlib1g-dev python3-numpy python3-h5py

# Sets up a build folder once, and makes the programs of all targets.
make_in() {
    folder=$1
    shift
    [ -f "$folder/build.ninja" ] || CC=clang meson setup "$folder" --werror -Dtests=enabled -Drecipes=disabled \
        -Dnir=enabled -Devents=enabled -Ddefault_library=static "$@" >"$TMPDIR/log" || { cat "$TMPDIR/log"; exit 1; }
    programs=
    for target in $targets; do programs="$programs tests/fuzz/fuzz-$target"; done
    ninja -C "$folder" $programs >"$TMPDIR/log" || { tail -n 40 "$TMPDIR/log"; exit 1; }
}

make_fuzzers() {
    make_in "$build" -Dfuzz=true -Dbuildtype=debugoptimized -Db_sanitize=address,undefined -Db_lundef=false \
        -Dc_args='-fno-sanitize-recover=undefined -fsanitize=float-cast-overflow -fno-omit-frame-pointer'
    mkdir -p "$build/found" "$build/log"
}

# Files are written to memory where there is such a place, and removed whatever happens.
TMPDIR=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo /tmp)")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
ASAN_SYMBOLIZER_PATH=$(command -v llvm-symbolizer || true)
export ASAN_SYMBOLIZER_PATH UBSAN_OPTIONS=print_stacktrace=1
# HDF5 asks for what a damaged file says that it needs, and does without where it gets nothing.
export ASAN_OPTIONS=allocator_may_return_null=1

dictionary() {
    case $1 in
    safetensors | network | checkpoint | architecture) echo -dict=tests/fuzz/safetensors.dict ;;
    npy) echo -dict=tests/fuzz/npy.dict ;;
    folders) echo -dict=tests/fuzz/folders.dict ;;
    esac
}

longest() {
    case $1 in
    checkpoint | network | safetensors) echo 8192 ;;
    nir) echo 20000 ;;
    *) echo 2048 ;;
    esac
}

fuzz() {
    target=$1 log=$build/log/$1
    mkdir -p "$build/corpus/$target" "tests/fuzz/corpus/$target"
    # Programs of calls are long from the start.
    "$build/tests/fuzz/fuzz-$target" $(dictionary "$target") -len_control="$([ "$target" = calls ] && echo 0 || echo 100)" -max_len="$(longest "$target")" -max_total_time="$2" \
        -rss_limit_mb=2048 -malloc_limit_mb=16777216 -timeout=10 -print_final_stats=1 -artifact_prefix="$build/found/$target-" \
        "$build/corpus/$target" "tests/fuzz/corpus/$target" >"$log" 2>&1 || {
        grep -v '^0x' "$log" | tail -n 40
        echo "$target: broken; the input is in $build/found" >&2
        return 1
    }
    awk -v target="$target" '
        /^#[0-9]+/ { for (i = 2; i < NF; i++) { if ($i == "cov:") cov = $(i + 1); if ($i == "ft:") ft = $(i + 1); if ($i == "corp:") corp = $(i + 1) } }
        /number_of_executed_units/ { runs = $2 }
        /^Done / { seconds = $5 }
        END { printf "%-13s %9d executions, %5d s, cov %5d, ft %6d, corpus %s\n", target, runs, seconds, cov, ft, corp }' "$log" |
        tee -a "$build/log/summary"
}

# Keeps inputs that are there for what they once broke (found-...), and of the others few that reach as many edges.
merge() {
    target=$1 corpus=tests/fuzz/corpus/$1 new=$TMPDIR/merged
    mkdir -p "$new" "$corpus" "$build/corpus/$target"
    "$build/tests/fuzz/fuzz-$target" -merge=1 -set_cover_merge=1 -use_counters=0 -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=16777216 -max_len="$(longest "$target")" "$new" "$corpus" \
        "$build/corpus/$target" >"$build/log/merge-$target" 2>&1 || { tail -n 20 "$build/log/merge-$target"; return 1; }
    find "$corpus" -type f ! -name 'found-*' -delete
    cp "$new"/* "$corpus"
    rm -rf "$new"
    printf '%-13s %5d inputs, %7d bytes\n' "$target" "$(find "$corpus" -type f | wc -l)" \
        "$(find "$corpus" -type f -exec cat {} + | wc -c)"
}

# The files that a target is about.
about() {
    case $1 in
    architecture) echo format/network_file.c model/network.c model/layer.c model/delays.c model/batch_norm.c model/lif.c \
        model/dropout.c model/leaky_integrator.c model/adaptive_lif.c ;;
    calls) echo analysis model optimizer sparsity inference train/trainer.c ;;
    checkpoint) echo train/checkpoint.c format/network_file.c format/safetensors.c ;;
    folders) echo common/files.c common/place.c common/json.c common/table.c common/printable.c \
        rawhd/front_end_settings.c training/report/past.c training/history.c training/options.c \
        training/predictions.c ;;
    network) echo format/network_file.c format/safetensors.c format/target.c ;;
    events) echo events hdf5 ;;
    nir) echo nir hdf5 ;;
    npy) echo format/npy.c data/dataset.c ;;
    options) echo base/options.c base/context.c optimizer sparsity train/trainer.c ;;
    safetensors) echo format/safetensors.c ;;
    state) echo inference/stream_state.c inference/stream.c ;;
    esac
}

coverage() {
    target=$1 program=$build-coverage/tests/fuzz/fuzz-$1
    LLVM_PROFILE_FILE=$TMPDIR/raw "$program" "tests/fuzz/corpus/$target" >/dev/null
    llvm-profdata merge -o "$TMPDIR/profile" "$TMPDIR/raw"
    llvm-cov report -instr-profile="$TMPDIR/profile" "$program" | awk -v target="$target" -v about="$(about "$target")" '
        BEGIN { count = split(about, part, " ") }
        { for (p = 1; p <= count; p++) if (index($1, "/lib/" part[p]) + index($1, "/examples/" part[p]) > 0) { lines += $8; missed += $9; next } }
        END { printf "%-13s %5d of %5d lines are reached, %.1f %%\n", target, lines - missed, lines, 100 * (lines - missed) / lines }'
}

case $job in
fuzz)
    make_fuzzers
    count=$(echo $targets | wc -w)
    status=0
    for target in $targets; do
        fuzz "$target" $(((seconds + count - 1) / count)) || status=1
    done
    exit $status
    ;;
merge)
    make_fuzzers
    for target in $targets; do merge "$target"; done
    ;;
coverage)
    make_in "$build-coverage" -Dbuildtype=debugoptimized -Dc_args='-fprofile-instr-generate -fcoverage-mapping' \
        -Dc_link_args=-fprofile-instr-generate
    for target in $targets; do coverage "$target"; done
    ;;
esac
