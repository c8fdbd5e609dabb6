#!/bin/sh
# Draws what a run of rawhd-train came to, with gnuplot, into RUN/pictures: data, script, SVG and PNG of each picture.
#
#     sh draw-run.sh RUN SYNAPSES        SYNAPSES: the program build/examples/synapses
set -eu

if [ $# -ne 2 ] || [ ! -f "$1/log.jsonl" ] || [ ! -x "$2" ]; then
    echo 'Usage: draw-run.sh RUN SYNAPSES: RUN holds log.jsonl, SYNAPSES is the program of that name' >&2
    exit 2
fi
run=$1
case $2 in */*) synapses=$(cd "$(dirname "$2")" && pwd)/$(basename "$2") ;; *) synapses=$2 ;; esac
mkdir -p "$run/pictures"
cd "$run/pictures"

# One line an epoch: epoch, accuracy in training and test in percent, sigma, active synapses.
awk '
    function number(name,    at) {
        at = match($0, "\"" name "\": *[-+.0-9eE]+")
        if (!at) return "NaN"
        at = substr($0, RSTART, RLENGTH)
        sub(/.*: */, "", at)
        return at
    }
    { print number("epoch"), 100 * number("train_accuracy"), 100 * number("test_accuracy"), number("sigma"), number("active") }
' ../log.jsonl >training.dat
"$synapses" ../best.safetensors >synapses.tsv

# How many synapses have each delay, excitatory and inhibitory, in each layer.
awk -F '\t' '!/^#/ { layers[$1]; count[$1, $5, $4 > 0]++; if ($5 > longest) longest = $5 }
    END {
        for (l = 0; l in layers; l++) {
            if (l > 0) print "\n"
            for (d = 0; d <= longest; d++) print d, count[l, d, 1] + 0, count[l, d, 0] + 0
        }
    }' synapses.tsv >delays.dat

# The eight neurons of the first hidden layer whose outgoing weights are largest together.
neurons=$(awk -F '\t' '!/^#/ && $1 == 1 { sum[$3] += $4 * $4 } END { for (n in sum) print sum[n], n }' synapses.tsv |
    sort -rg | head -n 8 | awk '{ printf "%s ", $2 }')
gap=
: >neurons.dat
for neuron in $neurons; do
    printf "$gap" >>neurons.dat
    gap='\n\n'
    awk -F '\t' -v neuron="$neuron" '$1 == 0 && $2 == neuron && !/^#/ { print $5, $3, $4 }' synapses.tsv >>neurons.dat
done

cat >style.gp <<'END'
# Dark text on white; red and blue that colour-blind readers can tell apart.
red = '#ca0020'
blue = '#0571b0'
grey = '#404040'
set border 3 linecolor rgb grey
set tics nomirror textcolor rgb 'black'
set grid linecolor rgb '#d0d0d0'
END

cat >training.gp <<'END'
load 'style.gp'
set title 'Accuracy while training'
set xlabel 'epoch'
set ylabel 'accuracy (%)'
set y2label 'kernel width sigma (steps)'
set yrange [0:100]
set y2range [0:*]
set y2tics
set border 11
set key outside bottom center horizontal
plot 'training.dat' using 1:3 with lines linewidth 2 linecolor rgb red title 'test', \
     '' using 1:2 with lines linewidth 2 linecolor rgb blue title 'training (with dropout)', \
     '' using 1:4 axes x1y2 with lines dashtype 2 linecolor rgb grey title 'sigma (right)'
END

cat >delays.gp <<'END'
load 'style.gp'
stats 'delays.dat' using 1 nooutput
set multiplot layout 1, STATS_blocks title 'Delays of the synapses after training'
set style data histeps
set key outside bottom center horizontal
set xlabel 'delay (steps of 10 ms)'
set ylabel 'synapses'
set xrange [-1:*]
set yrange [0:*]
do for [layer = 0 : STATS_blocks - 1] {
    set title sprintf('layer %d', layer + 1)
    plot 'delays.dat' index layer using 1:2 linewidth 2 linecolor rgb red title 'excitatory', \
         '' index layer using 1:3 linewidth 2 linecolor rgb blue title 'inhibitory'
}
unset multiplot
END

longest=$(awk -F '\t' '!/^#/ && $5 > m { m = $5 } END { print m + 1 }' synapses.tsv)
channels=$(awk -F '\t' '!/^#/ && $1 == 0 && $3 > m { m = $3 } END { print m + 1 }' synapses.tsv)
sed "s/@DELAY@/$longest/; s/@CHANNEL@/$channels/" >neurons.gp <<'END'
load 'style.gp'
stats 'neurons.dat' using 1 nooutput
set multiplot layout 2, 4 title 'Inputs of the eight hidden neurons with the largest outgoing weights: red excitatory, blue inhibitory'
set xlabel 'delay (steps)'
set ylabel 'input channel'
set xrange [-1:@DELAY@] noextend
set yrange [-1:@CHANNEL@] noextend
unset key
do for [n = 0 : STATS_blocks - 1] {
    plot 'neurons.dat' index n using 1:2:(0.4 + 1.6 * tanh(abs($3))):($3 > 0 ? 0xca0020 : 0x0571b0) \
         with points pointtype 7 pointsize variable linecolor rgb variable
}
unset multiplot
END

for picture in training delays neurons; do
    size=800,500
    [ $picture = neurons ] && size=1400,800
    gnuplot -e "set terminal pngcairo size $size font 'DejaVu Sans,11'; set output '$picture.png'" "$picture.gp"
    gnuplot -e "set terminal svg size $size font 'DejaVu Sans,13' background 'white'; set output '$picture.svg'" "$picture.gp"
done
