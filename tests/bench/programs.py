# SPDX-License-Identifier: BSD-3-Clause
"""Runs snnd-bench and its peer, for the scripts beside this one."""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SMALL = ["--inputs", "8", "--hidden", "32", "--classes", "4", "--steps", "20", "--batch", "32"]


def add_common_options(parser, quick):
    parser.add_argument("--build", default=os.path.join(HERE, os.pardir, os.pardir, "build"), metavar="DIR",
                        help="build folder of the project (build/)")
    parser.add_argument("--quick", action="store_true", help=quick)


def add_peer_options(parser):
    parser.add_argument("--python", default="/usr/bin/python3", help="that has PyTorch (/usr/bin/python3)")
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


def sgemm(arguments):
    """GFLOP/s of one core: as OpenBLAS chooses, and with its best kernel."""
    measured = project_lines(arguments, "train", "--repeat", "1", *SMALL)
    found = next(measured)
    return found["sgemm_gflops_per_core"], found["sgemm_best_gflops_per_core"]


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
