"""What the tests of the Python package share."""

import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PACKAGE = ROOT / "examples/python"
sys.path.insert(0, str(PACKAGE))

import numpy as np  # noqa: E402

import snndelay  # noqa: E402


def rhythms():
    """The data of examples/minimal.c."""
    x, y = np.zeros((256, 40, 2), np.float32), np.arange(256) % 2
    for n in range(256):
        x[n, n % 20, 0] = x[n, n % 20 + (4 if y[n] else 12), 1] = 8
    return x, y


def network(hidden=16, **given):
    """The network of examples/minimal.c."""
    net = snndelay.Network(2, **given)
    net.add_delays(hidden)
    net.add_batch_norm()
    net.add_lif()
    net.add_delays(2)
    net.add_leaky_integrator()
    return net


def program(name):
    """A C program that was built beside the library."""
    return os.environ[name]
