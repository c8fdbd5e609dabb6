"""Networks and their layers."""

from __future__ import annotations

import ctypes as c
import io
from typing import Any, Iterator, Optional

import numpy as np

from . import _declarations as declarations
from ._context import Context, context_or_default
from ._files import Place, source, target
from ._handles import Object, Use
from ._library import (Error, Numbers, Result, Word, array_of, library, options, pointer, read, result, structure,
                       value_of, whole, word_of)

DTYPES = {1: np.float32, 2: np.float64, 3: np.int8, 4: np.uint8, 5: np.int32, 6: np.int64}
# The arrays of layers, by the header's names in small letters.
ARRAYS = {
    "weight": "float32 [O, I, C]: of a layer whose signs are kept the magnitude, which `sign` multiplies. A synapse of "
              "weight 0 carries nothing.",
    "position": "float32 [O, I, C], or [1, I, C] of axonal and [O, 1, C] of dendritic delays: in steps, -max_delay/2 "
                "to max_delay/2. The delay is max_delay/2 - position.",
    "sign": "int8 [O, I, C], +1 or -1, a copy: only under a controller that keeps signs.",
    "mask": "uint8 [O, I, C], 1 where a synapse exists, a copy: only under a controller.",
    "scale": "float32 [O]: what batch norm multiplies by.",
    "shift": "float32 [O]: what batch norm adds.",
    "running_mean": "float32 [O]: the mean that batch norm has in evaluation.",
    "running_variance": "float32 [O]: the variance that batch norm has in evaluation, unbiased.",
    "leak": "float32 [O], of neurons with time constants of their own: a, with tau = 1 + exp(-a) steps.",
    "membrane_decay": "float32 [O], of adaptive neurons: the factor that the potential keeps in a step, exp(-1/5) to "
                      "exp(-1/25).",
    "adaptation_decay": "float32 [O], of adaptive neurons: the factor that the adaptation keeps in a step, exp(-1/30) "
                        "to exp(-1/120).",
    "subthreshold_adaptation": "float32 [O], of adaptive neurons: how strongly the potential drives the adaptation, -1 "
                               "to 1.",
    "spike_adaptation": "float32 [O], of adaptive neurons: how strongly a spike drives the adaptation, 0 to 2.",
}
# These come and go with controllers; all other arrays stay where they are as long as their network.
CONTROLLED = ("sign", "mask")


def show(shown, handle):
    """A NumPy view of memory of the library's, which keeps the handle that it belongs to alive."""
    dtype, shape = np.dtype(DTYPES[shown.dtype]), tuple(shown.shape[:shown.dimensions])
    memory = (c.c_char * (dtype.itemsize * int(np.prod(shape)))).from_address(shown.data)
    memory.use = Use(handle)
    return np.frombuffer(memory, dtype).reshape(shape)


class Layer:
    """A layer of a network. Its arrays are attributes by the header's names: `weight`, `position`, `scale`, `shift`,
    `running_mean`, `running_variance`, `leak` and those of adaptive neurons are writable views of the library's memory;
    `sign` and `mask`, which belong to the controller of sparsity, are copies. What is assigned to an attribute is
    checked, unlike what is written into a view."""

    weight: np.ndarray
    position: np.ndarray
    sign: np.ndarray
    mask: np.ndarray
    scale: np.ndarray
    shift: np.ndarray
    running_mean: np.ndarray
    running_variance: np.ndarray
    leak: np.ndarray
    membrane_decay: np.ndarray
    adaptation_decay: np.ndarray
    subthreshold_adaptation: np.ndarray
    spike_adaptation: np.ndarray

    def __init__(self, network: Network, address: Optional[int]) -> None:
        self.network, self._use, self._pointer = network, network._live(), address

    def _call(self, name, *arguments):
        return self._use.handle.owner.call(name, self._pointer, *arguments)

    def _ask(self, name):
        with self._use.handle.owner:
            return getattr(library, name)(self._pointer)

    @property
    def type(self) -> str:
        """The kind of layer, as "delays" or "lif"."""
        return word_of("snnd_layer_type", self._ask("snnd_layer_get_type"))

    @property
    def inputs(self) -> int:
        """Neurons or channels before the layer."""
        return self._ask("snnd_layer_inputs")

    @property
    def outputs(self) -> int:
        """Neurons of the layer."""
        return self._ask("snnd_layer_outputs")

    @property
    def options(self) -> dict[str, Any]:
        """What the layer was made with, by the header's names."""
        if self.type == "dropout":
            probability = c.c_double()
            self._call("snnd_layer_dropout", c.byref(probability))
            return {"probability": probability.value}
        kind = {"delays": "delay"}.get(self.type, self.type)
        made = structure(f"snnd_{kind}_options")
        self._call(f"snnd_layer_{kind}_options", c.byref(made))
        return read(made)

    def _view(self, name):
        shown = declarations.snnd_array()
        with self._use.handle.owner:
            self._call("snnd_layer_array", value_of("snnd_array_name", name), c.byref(shown))
            return show(shown, self._use.handle)

    def array(self, name: Word) -> np.ndarray:
        """An array of the layer by its name; as the attribute of the name."""
        with self._use.handle.owner:
            view = self._view(name)
            return view.copy() if word_of("snnd_array_name", name) in CONTROLLED else view

    def set_array(self, name: Word, values: Numbers) -> None:
        """Copies values of the array's shape into it, and checks them."""
        there = self.array(name)
        values = array_of(values, there.dtype, name)
        if values.shape != there.shape:
            raise ValueError(f"{name} has the shape {there.shape}, what was given has {values.shape}")
        self._call("snnd_layer_set_array", value_of("snnd_array_name", name), pointer(values), values.size)

    def arrays(self) -> dict[str, np.ndarray]:
        """All arrays that the layer has, by their names."""
        found = {}
        for name in ARRAYS:
            try:
                found[name] = self.array(name)
            except Error as error:
                if error.status != "error_state":
                    raise
        return found

    def _synapses(self, name, dtype):
        values = np.empty((self.outputs, self.inputs, self.options["synapses_per_pair"]), dtype)
        self._call(name, pointer(values))
        return values

    @property
    def delays(self) -> np.ndarray:
        """Delays in whole steps, int32 [O, I, C], as evaluation has them."""
        return self._synapses("snnd_layer_delays", np.int32)

    @property
    def weights(self) -> np.ndarray:
        """Weights of synapses, float32 [O, I, C]: with their signs, and 0 where there is no synapse."""
        return self._synapses("snnd_layer_weights", np.float32)

    @property
    def active(self) -> int:
        """Synapses that exist."""
        return self._ask("snnd_layer_active")

    def fold(self) -> tuple[np.ndarray, np.ndarray]:
        """(factor [O], shift [O]) of batch norm in evaluation: y = factor x + shift."""
        factor, shift = np.empty(self.outputs), np.empty(self.outputs)
        self._call("snnd_layer_fold", pointer(factor), pointer(shift))
        return factor, shift

    def degrees(self) -> tuple[np.ndarray, np.ndarray]:
        """(fan_in [O], fan_out [I]): synapses of each neuron, and of each input."""
        fan_in, fan_out = np.empty(self.outputs, np.int64), np.empty(self.inputs, np.int64)
        self._call("snnd_layer_degrees", pointer(fan_in), pointer(fan_out))
        return fan_in, fan_out

    def delay_counts(self) -> tuple[np.ndarray, np.ndarray]:
        """(excitatory, inhibitory), [max_delay + 1] each: synapses of each delay in steps."""
        counts = np.empty((2, self.options["max_delay"] + 1), np.int64)
        self._call("snnd_layer_delay_counts", pointer(counts[0]), pointer(counts[1]))
        return counts[0], counts[1]

    def __repr__(self):
        return f"<snndelay.Layer {self.type} {self.inputs} -> {self.outputs}>"


def _attribute(name, says):
    return property(lambda layer: layer.array(name), lambda layer, values: layer.set_array(name, values), doc=says)


for _name, _says in ARRAYS.items():
    setattr(Layer, _name, _attribute(_name, _says))


class Network(Object):
    """A chain of layers for `inputs` channels; layers are added in order. Each `add_` takes the header's options by
    their names, enumerations as words, and returns the layer."""

    def __init__(self, inputs: int, *, context: Optional[Context] = None) -> None:
        parent = context_or_default(context)
        self._make(parent._owner, "snnd_network_create", parent._handle.pointer, whole(inputs, "inputs"),
                   free="snnd_network_free", parents=[parent._handle])

    @classmethod
    def _made(cls, owner, parents, name, *arguments):
        network = cls.__new__(cls)
        network._make(owner, name, *arguments, free="snnd_network_free", parents=parents)
        return network

    def _add(self, name, *arguments):
        out = c.c_void_p()
        self._call(name, *arguments, c.byref(out))
        return Layer(self, out.value)

    def add_delays(self, outputs: int, **given: Any) -> Layer:
        """Delayed synapses to `outputs` neurons: max_delay (24 steps), synapses_per_pair (1), profile ("gauss", "max"),
        learn_delays (1), sharing ("none", "axonal", "dendritic")."""
        made = options("snnd_delay_options", given)
        return self._add("snnd_network_add_delays", whole(outputs, "outputs"), c.byref(made))

    def add_batch_norm(self, **given: Any) -> Layer:
        """Batch normalisation over time and batch: epsilon (1e-5), momentum (0.1)."""
        return self._add("snnd_network_add_batch_norm", c.byref(options("snnd_batch_norm_options", given)))

    def add_lif(self, **given: Any) -> Layer:
        """Leaky integrate-and-fire neurons: tau (10.05 steps), threshold (1), alpha (5), detach_reset (1), order
        ("paper", "update_first"), reset ("zero", "subtract"), surrogate ("arctan", ...), tau_spread (0), tau_per_neuron
        ("shared", "given", "learned")."""
        return self._add("snnd_network_add_lif", c.byref(options("snnd_lif_options", given)))

    def add_adaptive_lif(self, **given: Any) -> Layer:
        """LIF neurons with adaptation: threshold (1), alpha (5), detach_reset (0), surrogate ("arctan", ...)."""
        return self._add("snnd_network_add_adaptive_lif", c.byref(options("snnd_adaptive_lif_options", given)))

    def add_dropout(self, probability: float) -> Layer:
        """Dropout with one mask for all steps of a sample."""
        return self._add("snnd_network_add_dropout", probability)

    def add_leaky_integrator(self, **given: Any) -> Layer:
        """Neurons that never fire, the readout: tau (10.05 steps), order, tau_per_neuron, tau_spread as of LIF."""
        return self._add("snnd_network_add_leaky_integrator", c.byref(options("snnd_leaky_integrator_options", given)))

    @property
    def layers(self) -> list[Layer]:
        """The layers, in order."""
        with self._owner:
            return [Layer(self, self._ask("snnd_network_layer", i)) for i in range(len(self))]

    def __len__(self) -> int:
        return self._ask("snnd_network_layer_count")

    def __bool__(self):
        return True

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)

    @property
    def inputs(self) -> int:
        """Channels of the input."""
        return self._ask("snnd_network_inputs")

    @property
    def outputs(self) -> int:
        """Neurons of the last layer."""
        return self._ask("snnd_network_outputs")

    @property
    def active(self) -> int:
        """Synapses that exist, in all layers."""
        return self._ask("snnd_network_active")

    @property
    def sigma(self) -> float:
        """Width of the delay profiles in training, in steps."""
        return self._ask("snnd_network_sigma")

    @sigma.setter
    def sigma(self, sigma: float) -> None:
        self._call("snnd_network_set_sigma", sigma)

    @property
    def readout(self) -> str:
        """How potentials become scores: "softmax_sum", "sum", "mean", "max" or "last"."""
        return word_of("snnd_readout", self._ask("snnd_network_readout"))

    @readout.setter
    def readout(self, readout: Word) -> None:
        self._call("snnd_network_set_readout", value_of("snnd_readout", readout, "readout"))

    def initialize(self, seed: int) -> None:
        """Draws every parameter anew from `seed`, 0 to 2^64 - 1."""
        self._call("snnd_network_initialize", whole(seed, "seed", 64, False))

    def clamp(self) -> None:
        """Puts every parameter that has a range back into it: part of a training step, after the optimizer."""
        self._call("snnd_network_clamp")

    def clone(self) -> Network:
        """An independent network in the same context, with the same layers and parameters."""
        use = self._live()
        return self._made(use.handle.owner, use.handle.parents, "snnd_network_clone", use.handle.pointer)

    def rewind(self, initial: Network) -> None:
        """Puts parameters back to those of another network of the same layers; masks and signs stay."""
        use = initial._live()
        self._call("snnd_network_rewind", use.handle.pointer)

    def copy_parameters(self, other: Network) -> None:
        """Takes parameters, masks, signs and sigma of a network of the same layers."""
        use = other._live()
        self._call("snnd_network_copy_parameters", use.handle.pointer)

    def save(self, path: Place) -> None:
        """Writes the network to a path, whole or not at all, or to a file that is open in binary mode, which is whole
        where this call returns."""
        self._call(*target(path, self._owner, "snnd_network_save", "snnd_network_write"))

    def to_bytes(self) -> bytes:
        """Returns what save() writes."""
        file = io.BytesIO()
        self.save(file)
        return file.getvalue()

    def __reduce__(self):
        return from_bytes, (self.to_bytes(),)

    def __copy__(self):
        return self.clone()

    def __deepcopy__(self, _):
        return self.clone()

    def receptive_fields(self, layer: Optional[Layer] = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(fields, excitation, inhibition), float64 [outputs, inputs of the network, steps], of a layer of delays, the
        last one unless another is named."""
        at = None if layer is None else layer._pointer
        sizes = [c.c_int32() for _ in range(3)]
        self._call("snnd_receptive_fields_size", at, *map(c.byref, sizes))
        fields = np.empty((3, *(size.value for size in sizes)))
        self._call("snnd_receptive_fields", at, *map(pointer, fields))
        return fields[0], fields[1], fields[2]

    def changes(self, before: Network, layer: Optional[Layer] = None) -> Result:
        """What became of synapses since `before`, a network of the same layers: kept, born, died, flipped, ..."""
        made, other = structure("snnd_changes"), before._live()
        use = self._live()
        use.handle.owner.call("snnd_network_changes", other.handle.pointer, use.handle.pointer,
                              None if layer is None else layer._pointer, c.byref(made))
        return result(made)

    def __repr__(self):
        if self._use is None:
            return "<snndelay.Network, closed>"
        return f"<snndelay.Network {self.inputs}: {', '.join(f'{x.type} {x.outputs}' for x in self.layers)}>"


def load(path: Place, *, context: Optional[Context] = None) -> Network:
    """Loads the network that save() wrote to a path, or the network of a checkpoint. A file that is open in binary mode
    is read from where it is to its end."""
    parent = context_or_default(context)
    name, where = source(path, parent._owner, "snnd_network_load", "snnd_network_read")
    return Network._made(parent._owner, [parent._handle], name, parent._handle.pointer, where)


def from_bytes(data: bytes, *, context: Optional[Context] = None) -> Network:
    """Makes a network of what Network.to_bytes() gave."""
    return load(io.BytesIO(data), context=context)
