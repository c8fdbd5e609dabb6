"""Reads NIR files by the rules of the Python package `nir`, and nothing beyond them, and runs their graphs by forward Euler.

The rules, as versions 1.0.6 to 1.0.8 have them: /version is a text. /node is a graph: a group with `type`, `nodes`, `edges`
and maybe `metadata`. A group that stands for a node has the fields of its type and no others, since they are handed by
name to its constructor; only v_reset of LIF may be missing. What ends of an edge have for shapes must be equal. Before
1.0.6 there is no v_reset, and a file that has it is refused.
"""

import h5py
import numpy as np

FIELDS = {
    "Input": {"shape"},
    "Output": {"shape"},
    "Linear": {"weight"},
    "Affine": {"weight", "bias"},
    "Scale": {"scale"},
    "Delay": {"delay"},
    "LI": {"tau", "r", "v_leak"},
    "LIF": {"tau", "r", "v_leak", "v_threshold", "v_reset"},
}
MAY_BE_MISSING = {"LIF": {"v_reset"}}


class NotNIR(ValueError):
    """What is wrong with a file."""


def require(condition, wrong):
    if not condition:
        raise NotNIR(wrong)


def text_of(dataset):
    value = dataset[()]
    require(isinstance(value, bytes), f"{dataset.name} is not a text")
    return value.decode("utf8")


def keys_of(group, required, allowed):
    require(isinstance(group, h5py.Group), f"{group.name} is not a group")
    keys = set(group.keys())
    require(required <= keys, f"{group.name} lacks {required - keys}")
    require(keys <= required | allowed, f"{group.name} has {keys - required - allowed}")


class Node:
    def __init__(self, group, old):
        self.name = group.name
        self.type = text_of(group["type"])
        require(self.type in FIELDS, f"{self.name} has the type {self.type}")
        known = FIELDS[self.type] - (MAY_BE_MISSING.get(self.type, set()) if old else set())
        missing = MAY_BE_MISSING.get(self.type, set())
        keys_of(group, {"type"} | (known - missing), {"metadata"} | (known & missing))
        self.field = {}
        for key in known & set(group.keys()):
            value = group[key][()]
            require(isinstance(value, np.ndarray), f"{self.name}/{key} is not an array")
            require(np.issubdtype(value.dtype, np.integer if key == "shape" else np.floating),
                    f"{self.name}/{key} has the type {value.dtype}")
            require(np.isfinite(value).all(), f"{self.name}/{key} is not finite")
            self.field[key] = value.astype(np.float64) if key != "shape" else value
        self.check_shapes()

    def __getattr__(self, name):
        return self.field[name]

    def check_shapes(self):
        """input and output: the shapes that the package works out for the ends of edges."""
        if self.type in ("Input", "Output"):
            self.input = self.output = tuple(self.shape)
        elif self.type in ("Linear", "Affine"):
            require(self.weight.ndim >= 2, f"{self.name} has no matrix")
            self.input = self.weight.shape[:-2] + self.weight.shape[-1:]
            self.output = self.weight.shape[:-2] + self.weight.shape[-2:-1]
            require(self.type == "Linear" or self.bias.shape == self.output, f"{self.name} has another bias")
        else:
            shapes = {value.shape for value in self.field.values()}
            require(len(shapes) == 1, f"{self.name} has fields of several shapes")
            self.input = self.output = shapes.pop()
        require(len(self.input) > 0, f"{self.name} has no axes")


class Graph:
    """A file's graph. `old`: as versions before 1.0.6 read it."""

    def __init__(self, path, old=False):
        with h5py.File(path, "r") as file:
            keys_of(file, {"version", "node"}, set())
            self.version = text_of(file["version"])
            group = file["node"]
            keys_of(group, {"type", "nodes", "edges"}, {"metadata"})
            require(text_of(group["type"]) == "NIRGraph", "the root is not a graph")
            self.nodes = {name: Node(inner, old) for name, inner in group["nodes"].items()}
            edges = group["edges"][()]
            require(edges.ndim == 2 and edges.shape[1] == 2, "edges are not pairs")
            self.edges = [(a.decode("utf8"), b.decode("utf8")) for a, b in edges]
            self.metadata = {key: value[()] for key, value in group.get("metadata", {}).items()}
        for a, b in self.edges:
            require(a in self.nodes and b in self.nodes, f"there is no {a} or no {b}")
            require(self.nodes[a].output == self.nodes[b].input, f"{a} does not fit {b}")
        for kind in ("Input", "Output"):
            require(sum(node.type == kind for node in self.nodes.values()) == 1, f"there is not one {kind}")

    def order(self):
        """Nodes after all that lead to them."""
        done, left = [], dict(self.nodes)
        while left:
            ready = [name for name in left if all(a not in left for a, b in self.edges if b == name)]
            require(ready, "there is a loop")
            for name in ready:
                done.append(name)
                del left[name]
        return done

    def updates_first(self):
        """Whether the file says that it is for readers that do."""
        return self.metadata["discretization"].startswith(b"forward Euler, update first")

    def run(self, signal, dt, update_first=False, subtract=False):
        """What each node gives for an input [T, B, I], by name. `subtract`: LIF without v_reset subtracts its threshold,
        as before 1.0.6."""
        given = {}
        for name in self.order():
            node = self.nodes[name]
            sources = [given[a] for a, b in self.edges if b == name]
            given[name] = step(node, signal if node.type == "Input" else sum(sources), dt, update_first, subtract)
        return given


def delayed(signal, steps):
    out = np.zeros_like(signal)
    for n, late in enumerate(steps):
        out[late:, ..., n] = signal[: len(signal) - late, ..., n]
    return out


def step(node, signal, dt, update_first, subtract):
    if node.type in ("Input", "Output"):
        return signal
    if node.type == "Linear":
        return signal @ node.weight.T
    if node.type == "Affine":
        return signal @ node.weight.T + node.bias
    if node.type == "Scale":
        return signal * node.scale
    if node.type == "Delay":
        steps = np.rint(node.delay / dt).astype(int)
        require(np.abs(node.delay / dt - steps).max() < 1e-4, f"{node.name} is not whole steps of {dt} s")
        return delayed(signal, steps)
    return neurons(node, signal, dt, update_first, subtract)


def neurons(node, signal, dt, update_first, subtract):
    """tau dv/dt = (v_leak - v) + r I by forward Euler, and for LIF a spike above v_threshold and the reset after it."""
    spiking = node.type == "LIF"
    subtract = subtract and "v_reset" not in node.field
    reset = node.field.get("v_reset", 0.0)
    v, out = np.zeros(signal.shape[1:]), np.zeros_like(signal)
    for t, current in enumerate(signal):
        moved = v + dt / node.tau * ((node.v_leak - v) + node.r * current)
        looked_at = moved if update_first else v
        out[t] = looked_at > node.v_threshold if spiking else looked_at
        v = np.where(out[t] > 0, moved - node.v_threshold if subtract else reset, moved) if spiking else moved
    return out
