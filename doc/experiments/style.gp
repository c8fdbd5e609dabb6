# How all pictures in this folder look: dark text on white, red for excitation and blue for inhibition, which
# colour-blind readers can tell apart. Change it and draw again: gnuplot NAME.gp
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
