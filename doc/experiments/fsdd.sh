#!/bin/sh
# Makes the data set FSDD of experiments.md, in the layout of the Heidelberg Digits, of a clone of the Free Spoken Digit
# Dataset:
#
#     git clone https://github.com/Jakobovski/free-spoken-digit-dataset
#     sh doc/experiments/fsdd.sh free-spoken-digit-dataset fsdd
#
# The second folder must not exist. It gets a copy of 2,000 recordings: ten digits by four speakers, 50 of each. As the
# authors of the data set split them, the recordings 0 to 4 of a digit and a speaker are for testing, the others for
# training. Recordings of further speakers, which were added to the data set later, are left out.
set -eu
[ $# -eq 2 ] || { sed -n '5,6s/^# *//p' "$0" >&2; exit 2; }
from=$1/recordings
to=$2
speakers='george jackson lucas nicolas' # numbered from 00
[ -d "$from" ] || { echo "fsdd.sh: there is no folder $from" >&2; exit 1; }
[ ! -e "$to" ] || { echo "fsdd.sh: $to exists already; expected a new folder" >&2; exit 1; }

# Prints a line for each recording: its name in the clone, its name in the new folder, and the list that it is on.
list_recordings() {
    awk -v speakers="$speakers" 'BEGIN {
        count = split(speakers, speaker)
        for (s = 1; s <= count; s++)
            for (digit = 0; digit < 10; digit++)
                for (trial = 0; trial < 50; trial++)
                    printf "%d_%s_%d.wav lang-english_speaker-%02d_trial-%d_digit-%d.wav %s\n", digit, speaker[s],
                        trial, s - 1, trial, digit, trial < 5 ? "test" : "train"
    }'
}

list_recordings | while read -r old new list; do
    [ -f "$from/$old" ] || { echo "fsdd.sh: there is no $from/$old" >&2; exit 1; }
done
made=$(mktemp -d "$to.XXXXXX")
trap 'rm -rf "$made"' EXIT
mkdir "$made/audio"
list_recordings | while read -r old new list; do
    cp "$from/$old" "$made/audio/$new"
    echo "$new" >>"$made/${list}_filenames.txt"
done
chmod 755 "$made"
mv "$made" "$to"
