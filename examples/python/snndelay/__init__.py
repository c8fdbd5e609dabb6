"""libsnndelay from Python: spiking neural networks whose synaptic delays are learned.

    net = snndelay.Network(40)
    net.add_delays(256, max_delay=24)
    net.add_batch_norm()
    net.add_lif()
    net.add_delays(20)
    net.add_leaky_integrator()
    trainer = snndelay.Trainer(net, epochs=30, batch=64)
    for report in trainer.run(x, y):            # x [N, T, I] float32, y [N]
        print(report.epoch, report.accuracy)
    net.save("network.safetensors")

Options have the names and defaults of the C header, and enumerations are words. Axes: B samples in a batch, T steps, I
inputs of a layer, O outputs, C synapses for each pair of neurons; times are in steps. What goes wrong is an Error with
the library's sentence. `library` has every function of the header by its name, for ctypes.
"""

import importlib
from typing import Any

from ._analysis import (auc, correct, histogram, intraclass_correlation, mann_whitney, moran, moran_maximum,
                        moran_permuted, proportion, summarize, welch, wilcoxon)
from ._context import Context, random_uniform
from ._data import Batches, Dataset
from ._dcls import from_dcls, to_dcls
from ._inference import Plan, Stream, export_c
from ._library import Error, LibraryError, MissingArray, Result, library
from ._network import Layer, Network, from_bytes, load
from ._training import (DeepR, FixedMask, Optimizer, Rewiring, RigL, Schedule, SET, SNFS, Sparsity, Trainer, Workspace)

__version__ = library.version

__all__ = [
    "Batches", "Context", "Dataset", "DeepR", "Error", "FixedMask", "Layer", "LibraryError", "MissingArray",
    "Network", "Optimizer", "Plan", "Result", "Rewiring", "RigL", "SET", "SNFS", "Schedule", "Sparsity", "Stream",
    "Trainer", "Workspace", "auc", "correct", "export_c", "from_bytes", "from_dcls", "histogram",
    "intraclass_correlation", "library", "load", "mann_whitney", "moran", "moran_maximum", "moran_permuted",
    "proportion", "random_uniform", "summarize", "to_dcls", "welch", "wilcoxon",
]


def __getattr__(name: str) -> Any:
    """`snndelay.torch` is imported when it is first wanted, since PyTorch takes time, and need not be there."""
    if name != "torch":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return importlib.import_module(".torch", __name__)
    except ModuleNotFoundError as error:
        raise AttributeError(f"snndelay.torch needs PyTorch ({error})") from error
