# Draws ablation.svg and ablation.png: gnuplot ablation.gp
reset
name = 'ablation'
width = 900
height = 560
if (!exists('ending')) { ending = 'svg' }

# How all pictures look: dark text on white, red for excitation and blue for inhibition, which colour-blind
# readers can tell apart.
if (ending eq 'svg') {
    set terminal svg size width, height font 'sans-serif,14' background 'white' noenhanced
} else {
    set terminal pngcairo size 2 * width, 2 * height font 'DejaVu Sans,10.5' fontscale 2 linewidth 2 \
        pointscale 2 noenhanced
}
red = '#ca0020'
blue = '#0571b0'
grey = '#404040'
pale = '#d0d0d0'
colours = '#ca0020 #0571b0 #e08214 #1b7837 #762a83 #404040'
set palette defined (-1 '#053061', -0.6 '#2166ac', -0.3 '#92c5de', 0 '#ffffff', \
    0.3 '#f4a582', 0.6 '#b2182b', 1 '#67001f')
set border 3 linecolor rgb grey
set tics nomirror textcolor rgb 'black'
set grid linecolor rgb pale
set style fill solid 0.5 noborder
set boxwidth 0.9 relative
set key outside top center horizontal
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
