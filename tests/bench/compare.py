#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Sets the project beside PyTorch: the same cases, in turns, in the same minutes. Prints a Markdown table.

    compare.py [--build DIR] [--quick]

Times are medians of all steps of all turns. The machine must be idle: where another program takes a core, two threads of
PyTorch wait for each other and take many times as long. Takes about a quarter of an hour on two cores."""
import argparse
import statistics
import sys

import programs

NARROW, WIDE = 0.23, 12
IN_BETWEEN = [1, 1.5, 2, 2.5, 3, 4, 5]
PAPER = []
SHD = ["--inputs", "140", "--hidden", "256,256", "--steps", "100"]
SSC = ["--inputs", "140", "--hidden", "512,512,512", "--classes", "35", "--steps", "100", "--taps", "31", "--batch", "128"]


class Effort:
    """How much is run: turns, and steps of each in a turn."""

    def __init__(self, quick):
        self.turns, self.project_steps, self.peer_steps, self.search_steps = (1, 2, 1, 1) if quick else (3, 5, 2, 5)
        self.shape = programs.SMALL if quick else []


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    programs.add_common_options(parser, "a small network and few steps: whether it works, not how fast it is")
    programs.add_peer_options(parser)
    parser.add_argument("--threads", type=int, default=2, help="of each (2)")
    return parser.parse_args()


class Comparison:
    def __init__(self, arguments):
        self.arguments, self.effort = arguments, Effort(arguments.quick)
        self.common = ["--threads", str(arguments.threads), *self.effort.shape]

    def say(self, text):
        print(text, file=sys.stderr, flush=True)

    def worst_in_between(self):
        """The sigma at which a step of the project takes longest."""
        times = {}
        for sigma in IN_BETWEEN:
            found = programs.project(self.arguments, "train", "--sigma", str(sigma), "--repeat",
                                     str(self.effort.search_steps), *self.common)
            times[sigma] = found["step_ms"]
            self.say("sigma %g: %.2f ms" % (sigma, found["step_ms"]))
        return max(times, key=times.get)

    def measure(self, mode, *options):
        """Milliseconds a step and kilobytes at the most: (peer, project)."""
        times, memory = {"peer": [], "project": []}, {"peer": 0, "project": 0}
        for _ in range(self.effort.turns):
            for who, run, steps in (("project", programs.project, self.effort.project_steps),
                                    ("peer", programs.peer, self.effort.peer_steps)):
                found = run(self.arguments, mode, *options, "--repeat", str(steps), *self.common)
                times[who] += found["times_ms"]
                memory[who] = max(memory[who], found["peak_rss_kb"])
        milliseconds = tuple(statistics.median(times[who]) for who in ("peer", "project"))
        self.say("%s %s: " % (mode, " ".join(options)) + ", ".join(
            "%s %.2f ms (%.2f to %.2f in %d)" % (who, middle, min(times[who]), max(times[who]), len(times[who]))
            for who, middle in zip(("peer", "project"), milliseconds)))
        return milliseconds, (memory["peer"], memory["project"])


def row(case, values, unit, least, aim):
    peer, project = values
    return "| %s | %.1f %s | %.2f %s | %.1fx | %gx | %gx |" % (case, peer, unit, project, unit, peer / project, least,
                                                              aim)


def cases(worst):
    """(what, mode, options, at least, aim): the paper's network, SHD's and SSC's (SNN-delays' sizes)."""
    narrow = ["--sigma", str(NARROW)]
    yield "40-256-20, sigma %g" % NARROW, "train", [*PAPER, *narrow], 10, 15
    yield "40-256-20, sigma %g, the worst between" % worst, "train", [*PAPER, "--sigma", str(worst)], 10, 15
    yield "40-256-20, sigma %g" % WIDE, "train", [*PAPER, "--sigma", str(WIDE)], 10, 15
    for sigma in (NARROW, 2.5, WIDE):
        yield "140-256-256-20, sigma %g" % sigma, "train", [*SHD, "--sigma", str(sigma)], 9, 14
    for sigma in (NARROW, 2.5):
        yield "140-512-512-512-35, sigma %g" % sigma, "train", [*SSC, "--sigma", str(sigma)], 10, 16
    yield ("DEEP R by gradient, 87.5 %%, sigma %g" % NARROW, "train",
           [*PAPER, *narrow, "--rule", "deep-r-gradient", "--sparsity", "0.875"], 15, 22)
    yield ("DEEP R at random, 98.4 %%, sigma %g" % NARROW, "train",
           [*PAPER, *narrow, "--rule", "deep-r-random", "--sparsity", "0.984"], 30, 45)
    yield "evaluation, 40-256-20", "eval", PAPER, 18, 30
    yield "evaluation, 140-256-256-20", "eval", SHD, 14, 25


def price_of_delays(comparison, worst):
    """Milliseconds of a step: without delays, and with learned ones at the narrowest and at the worst sigma."""
    times = {what: [] for what in ("none", NARROW, worst)}
    for _ in range(comparison.effort.turns):
        for what, found in times.items():
            options = ["--taps", "1"] if what == "none" else ["--sigma", str(what)]
            found += programs.project(comparison.arguments, "train", *options, *comparison.common, "--repeat",
                                      str(comparison.effort.project_steps))["times_ms"]
    return [statistics.median(found) for found in times.values()]


def main():
    arguments = parse_arguments()
    programs.warn_if_busy(arguments.threads)
    comparison = Comparison(arguments)
    before = programs.machine()
    worst = comparison.worst_in_between()
    rows, memory = [], {}
    for case, mode, options, least, aim in cases(worst):
        if arguments.quick and options[:2] in (SHD[:2], SSC[:2]):
            continue
        times, peaks = comparison.measure(mode, *options)
        rows.append(row(case, times, "ms", least, aim))
        memory[case] = tuple(k / 1024 for k in peaks)
    for case, least, aim in (("40-256-20, sigma %g" % NARROW, 8, 12), ("140-512-512-512-35, sigma %g" % NARROW, 4, 6)):
        if case in memory:
            rows.append(row("peak memory, " + case, memory[case], "MB", least, aim))
    without, narrow, between = price_of_delays(comparison, worst)
    stream = programs.project(arguments, "stream", "--repeat", "20", *comparison.effort.shape)
    chosen, best = programs.sgemm(arguments)

    print("| case | peer | project | ratio | at least | aim |\n| --- | --- | --- | --- | --- | --- |")
    print("\n".join(rows))
    print("\nA training step of 40-256-20 takes %.1f ms without delays, %.1f ms with learned ones at sigma %g (%.1f times "
          "that) and\n%.1f ms at sigma %g (%.1f times): at most 4, aim 2.5." % (
              without, narrow, NARROW, narrow / without, between, worst, between / without))
    print("\nA frame of one sample, one thread (%s): %.2f us." % (stream["what"], stream["frame_us"]))
    print("\n%d threads each; %s (%.2f afterwards); %s, products %s; SGEMM %.0f GFLOP/s a core as OpenBLAS chooses, %.0f "
          "at its best." % (arguments.threads, before, programs.load(), stream["isa"], stream["products"], chosen, best))
    if arguments.quick:
        print("Quick: a small network and few steps, which say nothing about speed.")


if __name__ == "__main__":
    main()
