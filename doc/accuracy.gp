# Draws accuracy.svg, the picture of the README, from the table of an ablation (doc/experiments.md):
#
#     cd doc && gnuplot accuracy.gp
reset
table = 'experiments/ablation.tsv'
all = 15360.0 # synapses of a dense network 40-256-20
set terminal svg size 760, 300 font 'sans-serif,13' background 'white' noenhanced
set output 'accuracy.svg'
set datafile separator tab

set logscale x 2
set xrange [10500:13]
set yrange [0:100]
set xtics ('7,680' 7680, '1,920' 1920, '480' 480, '120' 120, '30' 30) nomirror out
set ytics 25 nomirror out format '%g %%'
set grid ytics linecolor rgb '#e4e4e4' linewidth 1
set border 3 linecolor rgb '#808080'
set tics textcolor rgb '#404040'
set xlabel 'synapses (dense: 15,360)' textcolor rgb '#404040' offset 0, 0.4
set ylabel 'test accuracy' textcolor rgb '#404040' offset 1, 0
set key at graph 1, graph 1 top right Right samplen 2.5 spacing 1.15 textcolor variable
set arrow from graph 0, first 5 to graph 1, first 5 nohead linecolor rgb '#a0a0a0' dashtype 3
set label 'chance' at graph 0.005, first 5 offset 0, 0.5 textcolor rgb '#808080' font ',11'

synapses(sparsity) = all * (1 - sparsity)
# Mean and standard deviation over the seeds, in %.
of(model) = sprintf("< awk -F '\t' 'NR == 1 || $1 == \"%s\"' %s", model, table)
set style data yerrorlines
plot for [i = 1:4] of(word('both structure delays neither', i)) \
    using (synapses(column('sparsity'))):(100 * column('last_mean')):(100 * column('last_deviation')) \
    linecolor rgb word('#ca0020 #e08214 #0571b0 #606060', i) linewidth 2 pointtype int(word('7 5 9 6', i)) pointsize 0.55 \
    title word('"structure and delays learned" "structure learned" "delays learned" "neither learned"', i)
