"""What a training step and a streamed frame take from Python beside C, with one thread: of the paper's network, and of
one neuron and one sample of one step, where nearly all is overhead.

    SNNDELAY_LIBRARY=BUILD/lib python3 overhead.py BUILD/tests/python/overhead
"""

import subprocess
import sys
import time

import numpy as np

from support import snndelay

INPUTS, CLASSES = 40, 20


def least(function, repeats):
    """The least of many times, in microseconds."""
    found = []
    for k in range(repeats):
        begin = time.perf_counter()
        function(k)
        found.append(time.perf_counter() - begin)
    return 1e6 * min(found)


def in_python(hidden, batch, steps):
    x = np.array([snndelay.random_uniform(1, 0, i) for i in range(batch * steps * INPUTS)], np.float32)
    x, y = x.reshape(batch, steps, INPUTS), (np.arange(batch) % CLASSES).astype(np.int32)
    net = snndelay.Network(INPUTS, context=snndelay.Context(threads=1))
    net.add_delays(hidden)
    net.add_batch_norm()
    net.add_lif()
    net.add_delays(CLASSES)
    net.add_leaky_integrator()
    trainer = snndelay.Trainer(net, batch=batch)
    step = least(lambda k: trainer.step(x, y), 20)
    stream, frames = snndelay.Stream(net), list(x.reshape(-1, INPUTS))
    return step, least(lambda k: stream.push(frames[k % len(frames)]), 4000)


def main():
    for size in ((256, 64, 80), (1, 2, 2)):
        done = subprocess.run([sys.argv[1], *map(str, size)], check=True, capture_output=True, text=True)
        for what, c, python in zip(("step", "frame"), map(float, done.stdout.split()), in_python(*size)):
            print(f"{size[0]:4} hidden, {what:5} {c:9.1f} us in C {python:9.1f} us in Python {python - c:7.1f} us more")


if __name__ == "__main__":
    main()
