#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Measures training steps of layers without delays, of delays that synapses share, and of one for each synapse.

    sharing.py [--build DIR] [--threads N] [--rounds N] [--quick]

Prints milliseconds of a step and how many times that of layers without delays it is. The ways take turns, round after
round, and the fastest step of each counts, so that what else the machine does falls on none of them alone. Takes about
five minutes."""
import argparse

import programs

NETWORKS = [programs.Network(40, [256], 20, 100, 25, 64), programs.Network(40, [256], 20, 100, 25, 256),
            programs.Network(700, [256, 256], 20, 100, 25, 64), programs.Network(700, [256, 256], 20, 100, 25, 256)]
WAYS = {"none": ["--taps", "1"], "axonal": ["--sharing", "axonal"], "dendritic": ["--sharing", "dendritic"],
        "synapses": []}
SIGMAS = ["0.23", "6"]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    programs.add_common_options(parser, "small networks and one round: for whether it works")
    parser.add_argument("--threads", default="1", help="(1)")
    parser.add_argument("--rounds", type=int, default=5, help="(5)")
    return parser.parse_args()


def measure(arguments, network, sigma):
    fastest = {}
    for _ in range(1 if arguments.quick else arguments.rounds):
        for way, options in WAYS.items():
            found = programs.project(arguments, "train", *network.options(), "--sigma", sigma, "--repeat", "4",
                                     "--threads", arguments.threads, *options)
            fastest[way] = min(found["min_ms"], fastest.get(way, found["min_ms"]))
    return fastest


def main():
    arguments = parse_arguments()
    print(programs.machine() + ", threads " + arguments.threads)
    print("%-32s" % "ms, and of layers without delays" + "".join("%18s" % way for way in WAYS))
    for network in NETWORKS:
        network = network.small() if arguments.quick else network
        for sigma in SIGMAS:
            fastest = measure(arguments, network, sigma)
            print("%-32s" % f"{network}, batch {network.batch}, sigma {sigma}" +
                  "".join("%10.2f (%4.2f)" % (ms, ms / fastest["none"]) for ms in fastest.values()), flush=True)


if __name__ == "__main__":
    main()
