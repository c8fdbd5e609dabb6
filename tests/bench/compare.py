#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Sets the project beside PyTorch: the same cases, in turns, in the same minutes. Prints a Markdown table.

    compare.py [--build DIR] [--network paper|shd|ssc] [--quick]

Times are medians of all steps of all turns. The machine must be idle: where another program takes a core, two threads of
PyTorch wait for each other and take many times as long. Takes about a quarter of an hour on two cores."""
import argparse
import collections
import statistics
import sys

import programs

NARROW, WIDE = 0.23, 12
IN_BETWEEN = [1, 1.5, 2, 2.5, 3, 4, 5]

# What is measured of which network, with the ratio that it must have at least, and the one that is aimed at.
Case = collections.namedtuple("Case", "network label mode options least aim")


class Effort:
    """How much is run: turns, and steps of each in a turn."""

    def __init__(self, quick):
        self.turns, self.project_steps, self.peer_steps, self.search_steps = (1, 2, 1, 1) if quick else (3, 5, 2, 5)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    programs.add_common_options(parser, "small networks and few steps: whether it works, not how fast it is")
    programs.add_peer_options(parser)
    parser.add_argument("--threads", type=int, default=2, help="of each (2)")
    parser.add_argument("--network", choices=programs.NETWORKS, help="only the cases of one (all)")
    return parser.parse_args()


class Comparison:
    def __init__(self, arguments):
        self.arguments, self.effort = arguments, Effort(arguments.quick)

    def options(self, network):
        return ["--threads", str(self.arguments.threads), *programs.network(self.arguments, network).options()]

    def say(self, text):
        print(text, file=sys.stderr, flush=True)

    def worst_in_between(self):
        """The sigma at which a step of the project takes longest."""
        times = {}
        for sigma in IN_BETWEEN:
            found = programs.project(self.arguments, "train", *self.options("paper"), "--sigma", str(sigma), "--repeat",
                                     str(self.effort.search_steps))
            times[sigma] = found["step_ms"]
            self.say("sigma %g: %.2f ms" % (sigma, found["step_ms"]))
        return max(times, key=times.get)

    def measure(self, case):
        """Milliseconds a step and megabytes at the most: (peer, project)."""
        times, memory = {"peer": [], "project": []}, {"peer": 0, "project": 0}
        for _ in range(self.effort.turns):
            for who, run, steps in (("project", programs.project, self.effort.project_steps),
                                    ("peer", programs.peer, self.effort.peer_steps)):
                found = run(self.arguments, case.mode, *self.options(case.network), *case.options, "--repeat", str(steps))
                times[who] += found["times_ms"]
                memory[who] = max(memory[who], found["peak_rss_kb"] / 1024)
        milliseconds = tuple(statistics.median(times[who]) for who in ("peer", "project"))
        self.say(case.label + ": " + ", ".join(
            "%s %.2f ms (%.2f to %.2f in %d)" % (who, middle, min(times[who]), max(times[who]), len(times[who]))
            for who, middle in zip(("peer", "project"), milliseconds)))
        return milliseconds, (memory["peer"], memory["project"])


def row(case, values, unit, least, aim):
    peer, project = values
    return "| %s | %.1f %s | %.2f %s | %.1fx | %gx | %gx |" % (case, peer, unit, project, unit, peer / project, least,
                                                              aim)


def cases(worst):
    """All of them; `worst` is the sigma at which a step of the paper's network takes longest, None where nobody asks."""
    names = {name: str(network) for name, network in programs.NETWORKS.items()}
    for sigma, words in ((NARROW, ""), (worst, ", the worst between"), (WIDE, "")):
        yield Case("paper", "%s, sigma %s%s" % (names["paper"], sigma, words), "train", ["--sigma", str(sigma)], 10, 15)
    for network, sigmas, least, aim in (("shd", (NARROW, 2.5, WIDE), 9, 14), ("ssc", (NARROW, 2.5), 10, 16)):
        for sigma in sigmas:
            yield Case(network, "%s, sigma %g" % (names[network], sigma), "train", ["--sigma", str(sigma)], least, aim)
    for words, rule, sparsity, least, aim in (("by gradient", "deep-r-gradient", 0.875, 15, 22),
                                              ("at random", "deep-r-random", 0.984, 30, 45)):
        yield Case("paper", "DEEP R %s, %.1f %%, sigma %g" % (words, 100 * sparsity, NARROW), "train",
                   ["--sigma", str(NARROW), "--rule", rule, "--sparsity", str(sparsity)], least, aim)
    for network, least, aim in (("paper", 18, 30), ("shd", 14, 25)):
        yield Case(network, "evaluation, " + names[network], "eval", [], least, aim)


# Ratios of peak memory, of the training steps at the narrowest sigma.
MEMORY = {"paper": (8, 12), "ssc": (4, 6)}


def compare(comparison, worst, chosen):
    """Rows of the table: times in the order of the cases, then memory."""
    times, memory = [], []
    for case in cases(worst):
        if case.network not in chosen:
            continue
        milliseconds, megabytes = comparison.measure(case)
        times.append(row(case.label, milliseconds, "ms", case.least, case.aim))
        if case.network in MEMORY and case.mode == "train" and case.options == ["--sigma", str(NARROW)]:
            memory.append(row("peak memory, " + case.label, megabytes, "MB", *MEMORY[case.network]))
    return times + memory


def print_price_of_delays(comparison, worst):
    """Of a step without delays, and with learned ones at the narrowest and at the worst sigma."""
    times = {what: [] for what in ("none", NARROW, worst)}
    for _ in range(comparison.effort.turns):
        for what, found in times.items():
            options = ["--taps", "1"] if what == "none" else ["--sigma", str(what)]
            found += programs.project(comparison.arguments, "train", *comparison.options("paper"), *options, "--repeat",
                                      str(comparison.effort.project_steps))["times_ms"]
    without, narrow, between = (statistics.median(found) for found in times.values())
    print("\nA training step of %s takes %.1f ms without delays, %.1f ms with learned ones at sigma %g (%.1f times "
          "that) and\n%.1f ms at sigma %g (%.1f times): at most 4, aim 2.5." % (
              programs.NETWORKS["paper"], without, narrow, NARROW, narrow / without, between, worst, between / without))


def print_frame(comparison):
    stream = programs.project(comparison.arguments, "stream", *comparison.options("paper"), "--repeat", "20")
    print("\nA frame of one sample, one thread (%s): %.2f us." % (stream["what"], stream["frame_us"]))


def main():
    arguments = parse_arguments()
    programs.warn_if_busy(arguments.threads)
    comparison = Comparison(arguments)
    before = programs.machine()
    chosen = programs.NETWORKS if arguments.network is None else [arguments.network]
    worst = comparison.worst_in_between() if "paper" in chosen else None
    rows = compare(comparison, worst, chosen)
    print("| case | peer | project | ratio | at least | aim |\n| --- | --- | --- | --- | --- | --- |")
    print("\n".join(rows))
    if "paper" in chosen:
        print_price_of_delays(comparison, worst)
        print_frame(comparison)
    print("\n%d threads each; %s (%.2f afterwards); %s." % (arguments.threads, before, programs.load(),
                                                          programs.multiplier(arguments)))
    if arguments.quick:
        print("Quick: small networks in the place of these, and few steps, which say nothing about speed.")


if __name__ == "__main__":
    main()
