# Draws ablation.svg and ablation.png: gnuplot ablation.gp
reset
name = 'ablation'
width = 900
height = 560
if (!exists('ending')) { ending = 'svg' }
load 'style.gp'
set output name . '.' . ending

set title 'Accuracy after the last epoch: mean and standard deviation over seeds'
set xlabel 'sparsity: absent synapses (%)'
set ylabel 'test accuracy (%)'
set key maxcols 2
set xrange [0.600000:9.400000]
set xtics ('50' 1.000000, '75' 2.000000, '87.5' 3.000000, '93.75' 4.000000, '96.88' 5.000000, '98.44' 6.000000, '99.22' 7.000000, '99.61' 8.000000, '99.8' 9.000000)
plot 'ablation.dat' index 0 using 1:4 with linespoints linewidth 2 dashtype 1 pointtype 7 linecolor rgb word(colours, 1) title 'structure and delays learned', \
     '' index 0 using 1:4:5 with yerrorbars linewidth 1.5 pointtype 7 linecolor rgb word(colours, 1) notitle, \
     'ablation.dat' index 1 using 1:4 with linespoints linewidth 2 dashtype 2 pointtype 5 linecolor rgb word(colours, 2) title 'structure learned, delays fixed', \
     '' index 1 using 1:4:5 with yerrorbars linewidth 1.5 pointtype 5 linecolor rgb word(colours, 2) notitle, \
     'ablation.dat' index 2 using 1:4 with linespoints linewidth 2 dashtype 1 pointtype 9 linecolor rgb word(colours, 3) title 'structure fixed, delays learned', \
     '' index 2 using 1:4:5 with yerrorbars linewidth 1.5 pointtype 9 linecolor rgb word(colours, 3) notitle, \
     'ablation.dat' index 3 using 1:4 with linespoints linewidth 2 dashtype 2 pointtype 11 linecolor rgb word(colours, 4) title 'structure and delays fixed', \
     '' index 3 using 1:4:5 with yerrorbars linewidth 1.5 pointtype 11 linecolor rgb word(colours, 4) notitle

unset output
if (ending eq 'svg') { ending = 'png'; load 'ablation.gp' }
