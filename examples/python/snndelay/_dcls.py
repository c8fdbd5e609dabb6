"""Networks of the PyTorch code that delays are trained with, DCLS with SpikingJelly: in and out by their state dict."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Sequence

import numpy as np

from ._context import Context
from ._library import Numbers, Word, word_of
from ._network import Network

NORM = {"weight": "scale", "bias": "shift", "running_mean": "running_mean", "running_var": "running_variance"}


def modules_of(state):
    """The tensors of each module that has some, in the order of the dict, as arrays."""
    modules: dict[str, dict[str, np.ndarray]] = {}
    for key, value in state.items():
        name, _, last = key.rpartition(".")
        value = np.asarray(value.detach() if hasattr(value, "detach") else value)
        modules.setdefault(name, {})[last] = value
    return modules


def kind_of(name, module):
    keys = set(module)
    if "P" in keys and keys <= {"weight", "P", "SIG", "bias"}:
        return "delays"
    if "running_mean" in keys and keys <= {*NORM, "num_batches_tracked"}:
        return "batch_norm"
    if keys == {"w"}:
        return "plif"
    raise ValueError(f"{name} has {', '.join(sorted(keys))}, which is neither a Dcls1d, a BatchNorm1d nor a "
                     "ParametricLIFNode")


def add_neurons(net, last, plif, lif):
    """LIF neurons, or leaky integrators at the end; with a time constant that was learned, if there is one."""
    options = dict(lif)
    if plif is not None:
        options["tau_per_neuron"] = "learned"
    if last:
        kept = ("tau", "order", "tau_per_neuron")
        layer = net.add_leaky_integrator(**{key: options[key] for key in kept if key in options})
    else:
        layer = net.add_lif(**options)
    if plif is not None:
        layer.leak = np.full(layer.outputs, plif["w"], np.float32)


def add_synapses(net, name, module, signs, options):
    weight = module["weight"]
    if weight.ndim != 3 or module["P"].size != weight.size:
        raise ValueError(f"{name}.weight has the shape {weight.shape}, and P {module['P'].shape}; "
                         "expected [O, I, C] and [1, O, I, C]")
    if weight.shape[1] != (net.outputs or net.inputs):
        raise ValueError(f"{name}.weight has the shape {weight.shape}; "
                         f"{net.outputs or net.inputs} neurons are before it")
    layer = net.add_delays(weight.shape[0], synapses_per_pair=weight.shape[2], **options)
    layer.weight = weight if signs is None else weight * np.asarray(signs).reshape(weight.shape)
    layer.position = module["P"].reshape(weight.shape)


def from_dcls(state: Mapping[str, Any], *, max_delay: int = 24, profile: Word = "gauss", learn_delays: int = 1,
              order: Word = "paper", lif: Optional[Mapping[str, Any]] = None, dropout: float = 0.0,
              signs: Optional[Sequence[Numbers]] = None, readout: Word = "softmax_sum",
              context: Optional[Context] = None) -> Network:
    """Makes a network of the state dict of one that was trained with DCLS: Dcls1d's `weight` [O, I, C], `P` [1, O, I,
    C] and `SIG`, BatchNorm1d's tensors, and ParametricLIFNode's `w`.

    What the dict does not have has to be said. max_delay (in steps) is one less than dilated_kernel_size; profile is
    the version of DCLS; lif has options of Network.add_lif() such as tau and threshold; dropout is its probability;
    signs has an array for each Dcls1d if weights are magnitudes. order is "paper" for the paper's code, and
    "update_first" for neurons of SpikingJelly's, as SNN-delays has them. A bias before batch norm goes into the running
    mean; another one is refused.
    """
    modules = modules_of(state)
    kinds = {name: kind_of(name, module) for name, module in modules.items()}
    blocks = []
    for name, module in modules.items():
        if kinds[name] == "delays":
            blocks.append({"name": name})
        elif not blocks:
            raise ValueError(f"{name} is before the first Dcls1d")
        blocks[-1][kinds[name]] = module
    if not blocks:
        raise ValueError("the state dict has no Dcls1d, which has a tensor P")
    net = Network(blocks[0]["delays"]["weight"].shape[1], context=context)
    lif = {"order": order, **(lif or {})}
    for at, block in enumerate(blocks):
        last, norm, bias = at == len(blocks) - 1, block.get("batch_norm"), block["delays"].get("bias")
        if bias is not None and norm is None and np.any(bias):
            raise ValueError(f"{block['name']}.bias is not 0, and no batch norm follows: delays have no bias here")
        add_synapses(net, block["name"], block["delays"], None if signs is None else signs[at],
                     {"max_delay": max_delay, "profile": profile, "learn_delays": learn_delays})
        if norm is not None:
            layer = net.add_batch_norm()
            for theirs, ours in NORM.items():
                values = norm[theirs]
                layer.set_array(ours, values - bias if ours == "running_mean" and bias is not None else values)
        add_neurons(net, last, block.get("plif"), lif)
        if dropout and not last:
            net.add_dropout(dropout)
    widths = [abs(block["delays"]["SIG"]) for block in blocks if "SIG" in block["delays"]]
    if widths:
        if any(width.min() != widths[0].flat[0] or width.max() != widths[0].flat[0] for width in widths):
            raise ValueError("SIG is not one number for all synapses")
        net.sigma = float(widths[0].flat[0])
    net.readout = word_of("snnd_readout", readout)
    return net


def plif_of(layer):
    """The one `w` of ParametricLIFNode, or None for neurons that share a time constant."""
    if layer.options["tau_per_neuron"] == "shared":
        return None
    leak = layer.leak
    if leak.min() != leak.max():
        raise ValueError(f"{layer!r} has time constants that differ; ParametricLIFNode has one for all")
    return np.array(leak[0])


def to_dcls(net: Network, *, prefix: str = "model.") -> dict[str, np.ndarray]:
    """Returns the state dict, of NumPy arrays, that SNN-delays and the paper's code have for a network. Modules are
    numbered as in their chain, which is Dcls1d, BatchNorm1d, neurons and dropout for each hidden layer, and Dcls1d and
    neurons at the end."""
    state, at = {}, 0
    for layer in net.layers:
        kind = layer.type
        if kind == "delays":
            weight = layer.weights
            state[f"{prefix}{at}.weight"] = weight
            state[f"{prefix}{at}.P"] = np.broadcast_to(layer.position, weight.shape)[None].copy()
            state[f"{prefix}{at}.SIG"] = np.full((1, *weight.shape), net.sigma, np.float32)
        elif kind == "batch_norm":
            for theirs, ours in NORM.items():
                state[f"{prefix}{at}.{theirs}"] = layer.array(ours).copy()
            state[f"{prefix}{at}.num_batches_tracked"] = np.array(0)
        elif kind in ("lif", "leaky_integrator"):
            w = plif_of(layer)
            if w is not None:
                state[f"{prefix}{at}.w"] = w
            # Their chain has a dropout behind all neurons but the last, whether or not it does anything.
            at += kind == "lif"
        elif kind == "dropout":
            continue
        else:
            raise ValueError(f"{layer!r} is not in their code")
        at += 1
    return state
