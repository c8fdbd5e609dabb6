"""Networks of the PyTorch code that delays are trained with, DCLS with SpikingJelly: in and out by their state dict."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Sequence

import numpy as np

from ._context import Context
from ._handles import of_kind
from ._library import Numbers, Word, array_of, word_of
from ._network import Network

NORM = {"weight": "scale", "bias": "shift", "running_mean": "running_mean", "running_var": "running_variance"}


# What may follow a layer in their chain, and what it may end with.
FOLLOW = {"": ("delays",), "delays": ("batch_norm", "lif", "leaky_integrator"),
          "batch_norm": ("lif", "leaky_integrator"), "lif": ("dropout", "delays"), "dropout": ("delays",),
          "leaky_integrator": ()}


def modules_of(state):
    """The tensors of each module that has some, in the order of the dict, as arrays."""
    if not isinstance(state, Mapping):
        raise TypeError(f"the state is of type {type(state).__name__}; expected the dict that state_dict() returns")
    modules: dict[str, dict[str, np.ndarray]] = {}
    for key, value in state.items():
        if isinstance(value, Mapping):
            raise ValueError(f"{key} has a dict in place of a tensor, as a whole checkpoint has; give the dict in it "
                             "that state_dict() returned")
        name, dot, last = key.rpartition(".")
        if not dot:
            raise ValueError(f"{key} belongs to no module; expected what state_dict() of a network returns")
        value = np.asarray(value.detach() if hasattr(value, "detach") else value)
        modules.setdefault(name, {})[last] = value
    return modules


def kind_of(name, module):
    keys = set(module)
    if {"P", "weight"} <= keys <= {"weight", "P", "SIG", "bias"}:
        return "delays"
    affine = {"weight", "bias"} & keys
    if {"running_mean", "running_var"} <= keys <= {*NORM, "num_batches_tracked"} and len(affine) != 1:
        return "batch_norm"
    if keys == {"w"}:
        return "plif"
    raise ValueError(f"{name} has {', '.join(sorted(keys))}, which is neither a Dcls1d, a BatchNorm1d nor a "
                     "ParametricLIFNode")


def blocks_of(modules):
    """The blocks of the chain, each with its Dcls1d and what follows it."""
    blocks: list[dict[str, Any]] = []
    for name, module in modules.items():
        kind = kind_of(name, module)
        if kind == "delays":
            blocks.append({"name": name})
        elif not blocks:
            raise ValueError(f"{name} is before the first Dcls1d")
        if kind in blocks[-1]:
            raise ValueError(f"{name} is the second of its kind after {blocks[-1]['name']}")
        blocks[-1][kind] = module
    if not blocks:
        raise ValueError("the state dict has no Dcls1d, which has a tensor P")
    return blocks


def expect(name, values, *shapes):
    if values.shape not in shapes:
        raise ValueError(f"{name} has the shape {values.shape}; expected {' or '.join(map(str, shapes))}")
    return values


def add_batch_norm(net, block):
    """Batch norm, which takes the bias of the synapses before it into its mean."""
    layer, bias = net.add_batch_norm(), block["delays"].get("bias")
    for theirs, ours in NORM.items():
        # Without weight and bias it is one with affine=False.
        if theirs in block["batch_norm"]:
            values = expect(f"{theirs} of the batch norm after {block['name']}", block["batch_norm"][theirs],
                            (layer.outputs,))
            layer.set_array(ours, values - bias if ours == "running_mean" and bias is not None else values)


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
        layer.leak = np.full(layer.outputs, expect("w of a ParametricLIFNode", plif["w"], (), (1,), (layer.outputs,)))


def signs_of(signs, blocks):
    """Signs for each Dcls1d, 1 where weights have theirs."""
    if signs is None:
        return [1] * len(blocks)
    if len(signs) != len(blocks):
        raise ValueError(f"there are {len(signs)} arrays of signs; expected {len(blocks)}, one for each Dcls1d")
    found = []
    for given, block in zip(signs, blocks):
        name = f"signs of {block['name']}"
        each = expect(name, array_of(given, np.float32, name), block["delays"]["weight"].shape)
        if not np.all(abs(each) == 1):
            raise ValueError(f"{name} have a number other than 1 and -1")
        found.append(each)
    return found


def add_synapses(net, name, module, signs, options):
    weight = module["weight"]
    if weight.ndim != 3:
        raise ValueError(f"{name}.weight has the shape {weight.shape}; expected [O, I, C]")
    if weight.shape[1] != (net.outputs or net.inputs):
        raise ValueError(f"{name}.weight has the shape {weight.shape}; "
                         f"{net.outputs or net.inputs} neurons are before it")
    expect(f"{name}.P", module["P"], (1, *weight.shape), weight.shape)
    if "bias" in module:
        expect(f"{name}.bias", module["bias"], weight.shape[:1])
    layer = net.add_delays(weight.shape[0], synapses_per_pair=weight.shape[2], **options)
    layer.weight = weight * signs
    layer.position = module["P"].reshape(weight.shape)


def set_sigma(net, blocks):
    widths = [abs(block["delays"]["SIG"]) for block in blocks if "SIG" in block["delays"]]
    if any(width.size == 0 for width in widths):
        raise ValueError("SIG has no number")
    if widths:
        if any(width.min() != widths[0].flat[0] or width.max() != widths[0].flat[0] for width in widths):
            raise ValueError("SIG is not one number for all synapses")
        net.sigma = float(widths[0].flat[0])


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
    mean; another one is refused. A batch norm without weight and bias has scale 1 and shift 0.
    """
    blocks = blocks_of(modules_of(state))
    every, first = signs_of(signs, blocks), blocks[0]["delays"]["weight"]
    net = Network(first.shape[1] if first.ndim > 1 else 1, context=context)
    lif = {"order": order, **(lif or {})}
    for at, block in enumerate(blocks):
        last, bias = at == len(blocks) - 1, block["delays"].get("bias")
        if bias is not None and "batch_norm" not in block and np.any(bias):
            raise ValueError(f"{block['name']}.bias is not 0, and no batch norm follows: delays have no bias here")
        add_synapses(net, block["name"], block["delays"], every[at],
                     {"max_delay": max_delay, "profile": profile, "learn_delays": learn_delays})
        if "batch_norm" in block:
            add_batch_norm(net, block)
        add_neurons(net, last, block.get("plif"), lif)
        if dropout and not last:
            net.add_dropout(dropout)
    set_sigma(net, blocks)
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
    state, at, before = {}, 0, ""
    for layer in of_kind(net, Network, "net").layers:
        kind = layer.type
        if kind not in FOLLOW[before]:
            where = f"behind {before}" if before else "the first layer"
            raise ValueError(f"{layer!r} is {where}; in their chain there is "
                             f"{' or '.join(FOLLOW[before]) or 'nothing'}")
        before = kind
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
        else:
            continue
        at += 1
    if before != "leaky_integrator":
        raise ValueError(f"the last layer is {before or 'missing'}; their chain ends with a leaky_integrator")
    return state
