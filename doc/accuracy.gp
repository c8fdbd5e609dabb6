# Draws accuracy.svg, the picture of the README, from all runs of an ablation (experiments.md):
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
chance = 5.9 # %, the share of the most frequent class
set arrow from graph 0, first chance to graph 1, first chance nohead linecolor rgb '#a0a0a0' dashtype 3
set label 'chance' at graph 0.005, first chance offset 0, 0.5 textcolor rgb '#808080' font ',11'

synapses(sparsity) = all * (1 - sparsity)
of(model) = sprintf("< awk -F '\t' 'NR == 1 || $1 == \"%s\"' %s", model, table)
colour(i) = word('#ca0020 #e08214 #0571b0 #606060', i)
point(i) = int(word('7 5 9 6', i))
# Single runs, and lines through the means, which `smooth unique` computes.
plot for [i = 1:4] of(word('both structure delays neither', i)) \
    using (synapses(column('sparsity'))):(100 * column('last_test_accuracy')) with points \
    linecolor rgb colour(i) pointtype point(i) pointsize 0.25 notitle, \
    for [i = 1:4] of(word('both structure delays neither', i)) \
    using (synapses(column('sparsity'))):(100 * column('last_test_accuracy')) smooth unique with linespoints \
    linecolor rgb colour(i) linewidth 2 pointtype point(i) pointsize 0.55 \
    title word('"structure and delays learned" "structure learned" "delays learned" "neither learned"', i)
