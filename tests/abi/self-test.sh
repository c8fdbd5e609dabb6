#!/bin/sh
# Whether interface.sh and additions.awk see what breaks programs, and are silent where nothing does: the library is
# changed in a copy, a little at a time, and compared with the record of what it was.
#
#     sh tests/abi/self-test.sh
set -eu
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree
BUILD=$work/build
export BUILD
mkdir "$tree" "$tree/tests"
cp -pr include lib meson.build meson_options.txt "$tree"
cp -r tests/abi "$tree/tests"
header=include/snndelay.h
wrong=0

# Changes a file, in a way that must change it. Headers keep their times, so that of the library only the sources that
# are changed or touched are compiled.
touched=
change() {
    sed "$2" "$tree/$1" >"$work/changed"
    ! cmp -s "$work/changed" "$tree/$1" || { echo "self-test: '$2' changes nothing in $1" >&2; exit 2; }
    cat "$work/changed" >"$tree/$1"
    case $1 in
    include/*) touch -r "$1" "$tree/$1" ;;
    *) touched="$touched $1" ;;
    esac
}

compile() {
    touch "$tree/$1"
    touched="$touched $1"
}

# Brings the copy back to what it was.
restore() {
    cp -p "$header" "$tree/$header"
    for file in $touched; do
        cp "$file" "$tree/$file"
    done
    touched=
}

# What the comparison must end with, and a word of what it must say.
expect() {
    what=$1 code=$2 words=$3
    shift 3
    got=0
    sh "$tree/tests/abi/interface.sh" "$@" >"$work/said" 2>&1 || got=$?
    echo >>"$work/said"
    if [ "$got" -eq "$code" ] && grep -q "$words" "$work/said"; then
        echo "as it should be: $what"
    else
        echo "WRONG: $what: ended with $got, not $code, or did not say '$words':"
        cat "$work/said"
        wrong=1
    fi
    restore
}

sh "$tree/tests/abi/interface.sh" --print >"$work/baseline.abi"
cp "$work/baseline.abi" "$tree/tests/abi/baseline.abi"
expect 'nothing changed' 0 ''

change lib/snndelay.map '/snnd_random_uniform;/d'
expect 'a function is gone' 1 'would break' --additions

change $header 's/double low, double high,/float low, double high,/'
change lib/analysis/summary.c 's/double low, double high,/float low, double high,/'
expect 'a parameter has another type' 1 'type name changed' --additions

change $header 's/SNND_GREATER = 2/SNND_GREATER = 3/'
compile lib/analysis/mann_whitney.c
expect 'an enumerator has another value' 1 'SNND_GREATER' --additions

change $header 's/^    double largest;/    double wider[2];\n&/'
compile lib/analysis/summary.c
expect 'a member moved' 1 'snnd_summary' --additions

change $header 's/^    int32_t exact;/    float exact;/'
compile lib/analysis/mann_whitney.c
expect 'a member has another type' 1 'snnd_rank_test' --additions

change $header 's/^} snnd_array;$/    int64_t strides[4];\n} snnd_array;/'
compile lib/base/array.c
expect 'the frozen structure grew' 1 'snnd_array' --additions

change lib/data/batches.c 's/^struct snnd_batches {$/&\n    double new_inside[3];/'
expect 'the inside of a handle changed' 0 ''

change $header 's/^} snnd_rank_test;$/    double new_member;\n} snnd_rank_test;/'
compile lib/analysis/mann_whitney.c
expect 'a structure grew at its end' 0 '' --additions snnd_rank_test

change $header 's/^SNND_API snnd_status snnd_summary_init/SNND_API int snnd_new(void);\n&/'
change lib/analysis/summary.c '$a int snnd_new(void) { return 1; }'
change lib/snndelay.map 's/^    snnd_moran;/    snnd_new;\n&/'
expect 'a function is new and not recorded' 1 'record.sh'

change $header 's/^SNND_API snnd_status snnd_summary_init/SNND_API int snnd_new(void);\n&/'
change lib/analysis/summary.c '$a int snnd_new(void) { return 1; }'
change lib/snndelay.map 's/^    snnd_moran;/    snnd_new;\n&/'
expect 'a function is new' 0 '' --additions

# ---- the records of enumerators and structures ----

# Says what additions.awk makes of a record in which `sed` has changed something.
addition() {
    what=$1 code=$2 record=tests/abi/$3
    sed "$4" "$record" >"$work/changed"
    ! cmp -s "$record" "$work/changed" || { echo "self-test: '$4' changes nothing in $record" >&2; exit 2; }
    got=0
    awk -f tests/abi/additions.awk "$record" "$work/changed" >"$work/said" || got=$?
    if [ "$got" -eq "$code" ]; then
        echo "as it should be: $what"
    else
        echo "WRONG: $what: ended with $got, not $code"
        cat "$work/said"
        wrong=1
    fi
}
grew='s/^snnd_stream_options 16$/snnd_stream_options 24/'
addition 'an enumerator is recorded anew' 1 enums.txt 's/SNND_SGD 2/SNND_SGD 3/'
addition 'an enumerator is gone' 1 enums.txt '/SNND_SGD/d'
addition 'an enumerator is new' 0 enums.txt 's/snnd_optimizer_kind SNND_SGD 2/&\nsnnd_optimizer_kind SNND_NEW 3/'
addition 'a member in a hole' 1 structs.txt 's/^snnd_stream_options 8 4 .*/&\nsnnd_stream_options 12 4 int32_t new/'
addition 'a member at the end' 0 structs.txt "$grew; s/^snnd_stream_options 8 4 .*/&\nsnnd_stream_options 16 8 double new/"
addition 'a member is gone' 1 structs.txt '/^snnd_summary 64 8 double largest/d'
addition 'a frozen structure that grows' 1 structs.txt 's/^snnd_array 48$/snnd_array 56/'

exit "$wrong"
