# SPDX-License-Identifier: BSD-3-Clause
"""Runs snnd-bench and its peer on the networks that are measured, for the scripts beside this one."""
import collections
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


class Network(collections.namedtuple("Network", "inputs hidden classes steps taps batch")):
    """What snnd-bench and its peer are told of a network; `hidden` are the neurons of each hidden layer."""

    def __str__(self):
        return "-".join(str(neurons) for neurons in (self.inputs, *self.hidden, self.classes))

    def options(self):
        hidden = ",".join(str(neurons) for neurons in self.hidden)
        return ["--inputs", str(self.inputs), "--hidden", hidden, "--classes", str(self.classes), "--steps",
                str(self.steps), "--taps", str(self.taps), "--batch", str(self.batch)]

    def small(self):
        """One of as many layers that takes no time: for whether a script works."""
        return Network(8, [32] * len(self.hidden), 4, 20, min(self.taps, 7), 32)


# The paper's, and the ones that SNN-delays trains on SHD and SSC.
NETWORKS = {"paper": Network(40, [256], 20, 80, 25, 256), "shd": Network(140, [256] * 2, 20, 100, 25, 256),
            "ssc": Network(140, [512] * 3, 35, 100, 31, 128)}


def add_common_options(parser, quick):
    parser.add_argument("--build", default=os.path.join(HERE, os.pardir, os.pardir, "build"), metavar="DIR",
                        help="build folder of the project (build/)")
    parser.add_argument("--quick", action="store_true", help=quick)


def add_network_option(parser):
    parser.add_argument("--network", choices=NETWORKS, default="paper",
                        help=", ".join("%s: %s" % pair for pair in NETWORKS.items()) + " (paper)")


def network(arguments, name):
    return NETWORKS[name].small() if arguments.quick else NETWORKS[name]


def add_peer_options(parser):
    parser.add_argument("--python", default=sys.executable, help="that has PyTorch (the one that runs this)")
    parser.add_argument("--denormals", action="store_true", help="let the peer compute with denormal numbers")


def lines_of(command):
    """What a program prints, line by line; ends this one if it fails."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        yield from program.stdout
    if program.returncode != 0:
        sys.exit("failed: " + " ".join(command))


def project_command(arguments, mode, options):
    return [os.path.join(arguments.build, "tests", "bench", "snnd-bench"), mode, "--json", *options]


def project(arguments, mode, *options):
    return json.loads("".join(lines_of(project_command(arguments, mode, ["--no-sgemm", *options]))))


def project_lines(arguments, mode, *options):
    for line in lines_of(project_command(arguments, mode, options)):
        yield json.loads(line)


def peer(arguments, mode, *options):
    command = [arguments.python, os.path.join(HERE, os.pardir, "peer", "step_torch.py"), "--mode", mode, "--json", *options]
    return json.loads("".join(lines_of(command + (["--denormals"] if arguments.denormals else []))))


def multiplier(arguments):
    """Words about what multiplies here, and how fast SGEMM is on one core: as OpenBLAS chooses, and with its best kernel."""
    found = next(project_lines(arguments, "train", "--repeat", "1", *NETWORKS["paper"].small().options()))
    return "%s, products %s; SGEMM %.0f GFLOP/s a core as OpenBLAS chooses, %.0f at its best" % (
        found["isa"], found["products"], found["sgemm_gflops_per_core"], found["sgemm_best_gflops_per_core"])


def load():
    return os.getloadavg()[0]


def machine():
    """A line about where and under what load this was measured."""
    name = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                name = line.split(":", 1)[1].strip()
                break
    return "%s, %d processors, load %.2f" % (name, os.cpu_count(), load())


def warn_if_busy(threads):
    if load() > os.cpu_count() - threads + 0.5:
        print("warning: the load is %.2f already, which slows the peer's threads more than the project's" % load(),
              file=sys.stderr)
