#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Measures how the time of a training step grows with synapses, batch, time steps, hidden neurons and threads.

    scaling.py FOLDER [--build DIR] [--network paper|shd|ssc] [--quick]

Writes scaling-NETWORK-NAME.dat with what was measured, and .svg and .png of it, into the folder. Needs gnuplot. Takes about
two minutes for the paper's network, ten for SHD's and twenty for SSC's."""
import argparse
import collections
import os
import subprocess
import sys

import programs

# Colours that the colour-blind tell apart (Okabe and Ito), and marks that others do.
LOOKS = [("#0072B2", 7), ("#D55E00", 5), ("#009E73", 9)]

# How a step's time grows: along `axis`, for values of `option`, on curves of further options.
Figure = collections.namedtuple("Figure", "name title axis option values curves")

WIDTHS = [("sigma 0.23", ["--sigma", "0.23"]), ("sigma 2", ["--sigma", "2"]), ("sigma 12", ["--sigma", "12"])]
RULES = [("DEEP R by gradient", ["--rule", "deep-r-gradient"]), ("DEEP R at random", ["--rule", "deep-r-random"]),
         ("fixed mask", ["--rule", "fixed"])]
FIGURES = [
    Figure("synapses", "Synapses (sigma 0.23)", "synapses that exist", "--sparsity",
           [0.98, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0], RULES),
    Figure("batch", "Batch", "samples in a batch", "--batch", [16, 32, 64, 128, 192, 256, 384, 512], WIDTHS),
    Figure("time", "Time", "time steps of a sample", "--steps", [20, 40, 80, 120, 160, 240, 320], WIDTHS),
    Figure("neurons", "Hidden neurons", "neurons of a hidden layer", "--hidden", [32, 64, 128, 256, 384, 512, 768, 1024],
           WIDTHS),
    Figure("threads", "Threads", "threads", "--threads", [1, 2], WIDTHS)]
MEASURED = {"--sparsity": "synapses", "--batch": "batch", "--steps": "steps", "--hidden": "hidden",
            "--threads": "threads"}

SCRIPT = """
set encoding utf8
set border 3 linecolor rgb "#202020"
set tics nomirror textcolor rgb "#202020"
set grid linetype 1 linecolor rgb "#d8d8d8"
set key top left reverse Left textcolor rgb "#202020"
set title "{title}" textcolor rgb "#202020"
set xlabel "{axis}" textcolor rgb "#202020"
set ylabel "{measure}" textcolor rgb "#202020"
set xrange [0:{most}]
set yrange [0:*]
{extra}
set terminal svg size 720,480 font "Sans,14" background rgb "#ffffff"
set output "{path}.svg"
plot {curves}
set terminal pngcairo size 1080,720 font "Sans,18" background rgb "#ffffff"
set output "{path}.png"
replot
"""


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    programs.add_common_options(parser, "a small network, few points and steps: whether it works")
    programs.add_network_option(parser)
    parser.add_argument("--repeat", type=int, default=10, help="steps timed at each point (10)")
    parser.add_argument("--threads", type=int, default=2, help="where they are not what is varied (2)")
    parser.add_argument("--only", choices=[figure.name for figure in FIGURES], help="one of the figures")
    return parser.parse_args()


def measure(arguments, figure):
    """Of each curve: [(x, median, least, most)], in milliseconds."""
    values = figure.values[::4] if arguments.quick and len(figure.values) > 2 else figure.values
    repeat = 2 if arguments.quick else arguments.repeat
    network = programs.network(arguments, arguments.network)
    curves = []
    for label, options in figure.curves:
        points = []
        for value in values:
            wanted = ",".join([str(value)] * (len(network.hidden) if figure.option == "--hidden" else 1))
            found = programs.project(arguments, "train", *network.options(), "--threads", str(arguments.threads),
                                     "--repeat", str(repeat), *options, figure.option, wanted)
            points.append((found[MEASURED[figure.option]], found["step_ms"], found["min_ms"], found["max_ms"]))
        print("%s, %s: %s ms" % (figure.name, label, ", ".join("%.2f" % point[1] for point in points)),
              file=sys.stderr, flush=True)
        curves.append((label, sorted(points)))
    return curves


def straight(points):
    """Intercept and slope of the straight line through the points with the least squares."""
    count, xs, ys = len(points), [p[0] for p in points], [p[1] for p in points]
    x, y = sum(xs) / count, sum(ys) / count
    slope = sum((a - x) * (b - y) for a, b in zip(xs, ys)) / (sum((a - x) ** 2 for a in xs) or 1)
    return y - slope * x, slope


def write_data(path, figure, curves):
    """One block a curve, as gnuplot's index wants them."""
    with open(path, "w", encoding="utf-8") as file:
        file.write("# %s; milliseconds a training step. %s\n" % (figure.title, programs.machine()))
        for label, points in curves:
            intercept, slope = straight(points)
            file.write("# %s: %.6g + %.6g x\n# %s, median, least, most\n" % (label, intercept, slope, figure.axis))
            file.writelines("%g %.4f %.4f %.4f\n" % point for point in points)
            file.write("\n\n")


def plain_curves(data, curves):
    """Points with least and most, and a thin straight line through them."""
    plots = []
    for index, (label, points) in enumerate(curves):
        colour, mark = LOOKS[index]
        intercept, slope = straight(points)
        plots.append('"%s" index %d using 1:2:3:4 with yerrorbars linecolor rgb "%s" pointtype %d pointsize 0.9 title '
                     '"%s"' % (data, index, colour, mark, label))
        plots.append('%.9g + %.9g * x with lines linecolor rgb "%s" linewidth 1.2 notitle' % (intercept, slope, colour))
    return ", ".join(plots)


def thread_curves(data, curves):
    """How many times one thread's speed, beside as many times as there are threads."""
    plots = ['x with lines linecolor rgb "#808080" dashtype 2 title "as many times as threads"']
    for index, (label, points) in enumerate(curves):
        colour, mark = LOOKS[index]
        plots.append('"%s" index %d using 1:(%.6g / $2) with linespoints linecolor rgb "%s" pointtype %d pointsize 0.9 '
                     'title "%s"' % (data, index, points[0][1], colour, mark, label))
    return ", ".join(plots)


def draw(path, data, figure, curves):
    threads = figure.name == "threads"
    most = 1.05 * max(point[0] for _, points in curves for point in points)
    script = SCRIPT.format(title=figure.title, axis=figure.axis, most=most, path=path,
                           measure="speed, times that of one thread" if threads else "milliseconds a training step",
                           extra="set xtics 1" if threads else "",
                           curves=(thread_curves if threads else plain_curves)(data, curves))
    subprocess.run(["gnuplot"], input=script, text=True, check=True)


def main():
    arguments = parse_arguments()
    os.makedirs(arguments.folder, exist_ok=True)
    for figure in FIGURES:
        if arguments.only in (None, figure.name):
            figure = figure._replace(title="%s: %s" % (programs.network(arguments, arguments.network), figure.title))
            curves = measure(arguments, figure)
            path = os.path.join(arguments.folder, "scaling-%s-%s" % (arguments.network, figure.name))
            write_data(path + ".dat", figure, curves)
            draw(path, path + ".dat", figure, curves)


if __name__ == "__main__":
    main()
