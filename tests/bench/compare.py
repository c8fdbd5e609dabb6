#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Sets the project beside PyTorch: the same cases, in turns, in the same minutes. Prints a Markdown table.

    compare.py [--build DIR] [--quick]

Times are medians of all steps of all turns. The machine must be idle: where another program takes a core, two threads of
PyTorch wait for each other and take many times as long. Takes about four minutes on two cores."""
import argparse
import statistics
import sys

import programs

NARROW, WIDE = 0.23, 12
IN_BETWEEN = [1, 1.5, 2, 2.5, 3, 4, 5]


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


def main():
    arguments = parse_arguments()
    programs.warn_if_busy(arguments.threads)
    comparison = Comparison(arguments)
    before = programs.machine()
    worst = comparison.worst_in_between()
    narrow, memory = comparison.measure("train", "--sigma", str(NARROW))
    rows = [row("dense, sigma %g" % NARROW, narrow, "ms", 7, 12)]
    for case, mode, options, least, aim in [
            ("dense, sigma %g" % WIDE, "train", ["--sigma", str(WIDE)], 7, 12),
            ("dense, worst sigma in between: %g" % worst, "train", ["--sigma", str(worst)], 3, 5),
            ("DEEP R by gradient, 87.5 %%, sigma %g" % NARROW, "train",
             ["--rule", "deep-r-gradient", "--sparsity", "0.875"], 10, 20),
            ("DEEP R at random, 98.4 %%, sigma %g" % NARROW, "train",
             ["--rule", "deep-r-random", "--sparsity", "0.984"], 20, 45),
            ("evaluation of a batch", "eval", [], 12, 25)]:
        rows.append(row(case, comparison.measure(mode, *options)[0], "ms", least, aim))
    rows.append(row("peak memory of a training step", tuple(k / 1024 for k in memory), "MB", 6, 12))
    stream = programs.project(arguments, "stream", "--repeat", "20", *comparison.effort.shape)
    chosen, best = programs.sgemm(arguments)

    print("| case | peer | project | ratio | at least | aim |\n| --- | --- | --- | --- | --- | --- |")
    print("\n".join(rows))
    print("| one sample, one thread, a frame (%s) | | %.2f us | | 20 us | 2 us |" % (stream["what"],
                                                                                  stream["frame_us"]))
    print("\n%d threads each; %s (%.2f afterwards); SGEMM %.0f GFLOP/s a core as OpenBLAS chooses, %.0f at its best."
          % (arguments.threads, before, programs.load(), chosen, best))
    if arguments.quick:
        print("Quick: a small network and few steps, which say nothing about speed.")


if __name__ == "__main__":
    main()
