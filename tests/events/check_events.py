"""Files of events that h5py writes, counted by the reader and by whole numbers here.

    check_events.py COUNT_EVENTS
"""
import subprocess
import sys
import tempfile
from fractions import Fraction

import h5py
import numpy as np

SAMPLES, CLASSES = 12, 20


def make(path, rng, times, units, options):
    """A file of lists of these types; all samples as they are in it."""
    made = []
    with h5py.File(path, "w", **options.get("file", {})) as file:
        set_options = options.get("set", {})
        of_times = file.create_dataset("spikes/times", (SAMPLES,), dtype=h5py.vlen_dtype(times), **set_options)
        of_units = file.create_dataset("spikes/units", (SAMPLES,), dtype=h5py.vlen_dtype(units), **set_options)
        for i in range(SAMPLES):
            count = int(rng.integers(0, 3000))
            t = np.sort(rng.choice([0.01, 0.0625, 1e-6], count) * rng.integers(0, 130, count)).astype(times)
            u = rng.integers(0, 700, count).astype(units)
            of_times[i], of_units[i] = t, u
            made.append((t, u))
        file["labels"] = rng.integers(0, CLASSES, SAMPLES)
        file["extra/keys"] = [b"word%d" % c for c in range(CLASSES)]
    return made


def edge(n, microseconds):
    """n bins, as the double that is nearest."""
    return float(Fraction(n * microseconds, 10**6))


def count(made, steps, channels, microseconds):
    edges = np.array([edge(n, microseconds) for n in range(steps + 1)])
    counts = np.zeros((len(made), steps, channels), np.int64)
    for i, (t, u) in enumerate(made):
        bins = np.searchsorted(edges, t.astype(np.float64), side="right") - 1
        inside = bins < steps
        np.add.at(counts[i], (bins[inside], u[inside].astype(np.int64) // (700 // channels)), 1)
    return np.minimum(counts, 255).astype(np.uint8)


def main(program):
    rng = np.random.default_rng(1)
    options = [{}, {"set": {"chunks": (5,), "compression": "gzip"}}, {"file": {"libver": "latest"}},
               {"set": {"maxshape": (None,), "chunks": (64,), "shuffle": True, "compression": 9}}]
    shapes = [(100, 140, 10000), (7, 700, 130000), (1000, 28, 999)]
    checked = 0
    with tempfile.TemporaryDirectory() as folder:
        path = folder + "/made.h5"
        for times in (np.float16, np.float32, np.float64, ">f4"):
            for units in (np.uint16, np.int32, np.int64, ">u2"):
                made = make(path, rng, times, units, options[checked % len(options)])
                steps, channels, microseconds = shapes[checked % len(shapes)]
                words = [program, path] + [str(n) for n in (steps, channels, microseconds, CLASSES)]
                counts = subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout
                expected = count(made, steps, channels, microseconds)
                assert expected.any() and np.array_equal(
                    np.frombuffer(counts, np.uint8).reshape(expected.shape), expected), (times, units)
                checked += 1
    print(f"{checked} files as they are counted here")


main(sys.argv[1])
