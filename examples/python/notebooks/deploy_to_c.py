# %% [markdown]
# # From Python to C
#
# A network is trained, written as C without dependencies, in floating point and in whole numbers, compiled with the
# machine's compiler and called through ctypes. On a microcontroller the two files are compiled with its own.

# %%
import ctypes
import os
import subprocess
import tempfile

import numpy as np

import snndelay

x, y = np.zeros((256, 40, 2), np.float32), np.arange(256) % 2
for n in range(256):
    x[n, n % 20, 0] = x[n, n % 20 + (4 if y[n] else 12), 1] = 8

net = snndelay.Network(2)
net.add_delays(16)
net.add_batch_norm()
net.add_lif()
net.add_delays(2)
net.add_leaky_integrator()
for _ in snndelay.Trainer(net, epochs=40, batch=32).run(x, y):
    pass
plan = snndelay.Plan(net)


# %%
def compiled(folder, name, **options):
    """The network as C, compiled: a function that tells the class of a sample, and the report."""
    source, header, shared = (os.path.join(folder, name + end) for end in (".c", ".h", ".so"))
    report = snndelay.export_c(plan, source, header, name=name, **options)
    subprocess.run([*os.environ.get("CC", "cc").split(), "-std=c99", "-O2", "-shared", "-fPIC", source, "-o", shared],
                   check=True)
    library = ctypes.CDLL(shared)
    state = ctypes.create_string_buffer(report.ram + 64)
    number = ctypes.c_float if report.input_limit == 0 else ctypes.c_int16

    def classify(sample):
        limit = report.input_limit
        frames = sample if limit == 0 else np.clip(np.rint(sample * report.input_scale), -limit, limit)
        frames = np.ascontiguousarray(frames, number)
        getattr(library, name + "_reset")(state)
        for frame in frames:
            getattr(library, name + "_step")(state, frame.ctypes.data_as(ctypes.POINTER(number)), None)
        return getattr(library, name + "_class")(state)

    return classify, report


# %%
with tempfile.TemporaryDirectory() as folder:
    for name, options in (("rhythm", {}), ("rhythm_fixed", {"numbers": "fixed", "largest_input": 8.0})):
        classify, report = compiled(folder, name, **options)
        same = 0
        for sample in x:
            *_, scores = snndelay.Stream(plan).run(sample)
            same += classify(sample) == scores.argmax()
        print(f"{name}: {report.flash} bytes of tables, {report.ram} bytes of state, "
              f"the class of the library for {same} of {len(x)} samples")
