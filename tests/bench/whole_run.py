#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Times a whole dense training run of the project, sigma annealed from taps/2 to 0.23 over its first quarter, and
reckons from steps at a few of the same sigmas how long PyTorch would take for it.

    whole_run.py [--build DIR] [--network paper|shd|ssc] [--epochs 150] [--samples 8000] [--quick]

Takes some minutes for the paper's network. The schedules follow the number of epochs, so that a tenth of them, which do for
SHD's and SSC's, has the same share of wide and narrow ones."""
import argparse
import bisect
import math
import sys

import programs

REGIMES = [("sigma > 2", lambda sigma: sigma > 2), ("in between", lambda sigma: 0.5 <= sigma <= 2),
           ("narrow, sigma < 0.5", lambda sigma: sigma < 0.5)]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    programs.add_common_options(parser, "a small network, few epochs and steps: whether it works")
    programs.add_peer_options(parser)
    programs.add_network_option(parser)
    parser.add_argument("--threads", type=int, default=2, help="of each (2)")
    parser.add_argument("--epochs", type=int, default=150)
    parser.add_argument("--samples", type=int, default=8000)
    parser.add_argument("--peer-points", type=int, default=6, help="sigmas at which the peer is timed (6)")
    parser.add_argument("--peer-steps", type=int, default=5, help="steps timed at each (5)")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.epochs, arguments.samples, arguments.peer_points, arguments.peer_steps = 8, 64, 2, 1
    return arguments


def train(arguments, shape):
    """The epochs of the project: [(sigma, seconds)]."""
    epochs = []
    for line in programs.project_lines(arguments, "run", *shape, "--epochs", str(arguments.epochs), "--samples",
                                       str(arguments.samples)):
        epochs.append((line["sigma"], line["seconds"]))
        print("epoch %d, sigma %.3f: %.3f s" % (line["epoch"], *epochs[-1]), file=sys.stderr, flush=True)
    return epochs


def spread(sigmas, count):
    """So many of the sigmas, from the narrowest to the widest, evenly over the epochs that have different ones."""
    distinct = sorted(set(sigmas))
    count = max(1, min(count, len(distinct)))
    return sorted({distinct[round(k * (len(distinct) - 1) / max(1, count - 1))] for k in range(count)})


def between(points, sigma):
    """Milliseconds of a step at sigma, on straight lines over log(sigma) between those measured."""
    sigmas = [point[0] for point in points]
    k = bisect.bisect_left(sigmas, sigma)
    if k == 0 or k == len(points):
        return points[min(k, len(points) - 1)][1]
    (left, low), (right, high) = points[k - 1], points[k]
    share = (math.log(sigma) - math.log(left)) / (math.log(right) - math.log(left))
    return low + share * (high - low)


def main():
    arguments = parse_arguments()
    programs.warn_if_busy(arguments.threads)
    network = programs.network(arguments, arguments.network)
    shape = [*network.options(), "--threads", str(arguments.threads)]
    epochs = train(arguments, shape)
    points = []
    for sigma in spread([sigma for sigma, _ in epochs], arguments.peer_points):
        found = programs.peer(arguments, "train", *shape, "--sigma", str(sigma), "--repeat", str(arguments.peer_steps))
        points.append((sigma, found["step_ms"]))
        print("peer, sigma %.3f: %.1f ms a step" % points[-1], file=sys.stderr, flush=True)
    steps = -(-arguments.samples // network.batch)

    print("| epochs | | peer, reckoned | project | ratio |\n| --- | --- | --- | --- | --- |")
    total_peer = total_project = 0
    for name, inside in REGIMES:
        chosen = [epoch for epoch in epochs if inside(epoch[0])]
        peer = sum(between(points, sigma) * steps / 1e3 for sigma, _ in chosen)
        project = sum(seconds for _, seconds in chosen)
        total_peer, total_project = total_peer + peer, total_project + project
        if chosen:
            print("| %d | %s | %.1f s | %.2f s | %.1fx |" % (len(chosen), name, peer, project, peer / project))
    print("| %d | all | %.1f s | %.2f s | %.1fx (at least 10x, aim 14x) |"
          % (len(epochs), total_peer, total_project, total_peer / total_project))
    print("\n%s, epochs of %d samples in batches of %d, %d threads; %s. Peer: %s." % (
        network, arguments.samples, network.batch, arguments.threads, programs.machine(),
        ", ".join("%.0f ms a step at sigma %.2f" % (ms, sigma) for sigma, ms in points)))


if __name__ == "__main__":
    main()
