"""Networks and their layers."""

from __future__ import annotations

import ctypes as c
import io
from typing import Any, Iterator, Optional

import numpy as np

from . import _declarations as declarations
from ._context import Context, context_or_default
from ._files import Place, source, target
from ._handles import Object, both, of_kind, use_of
from ._library import (Error, MissingArray, Numbers, Result, Word, array_of, library, number, options, pointer, read,
                       result, structure, value_of, whole, word_of)

DTYPES = {1: np.float32, 2: np.float64, 3: np.int8, 4: np.uint8, 5: np.int32, 6: np.int64}
# The arrays of layers, by the header's names in small letters.
ARRAYS = {
    "weight": "This is float32 [O, I, C]. If the layer keeps signs, it is the magnitude, which `sign` multiplies. A "
              "synapse of weight 0 carries nothing.",
    "position": "This is float32 [O, I, C], or [1, I, C] of axonal and [O, 1, C] of dendritic delays, in steps from "
                "-max_delay/2 to max_delay/2. The delay is max_delay/2 - position.",
    "sign": "This is a copy of int8 [O, I, C], +1 or -1. It is there under a controller that keeps signs.",
    "mask": "This is a copy of uint8 [O, I, C], 1 where a synapse exists. It is there under a controller.",
    "scale": "This is float32 [O], which batch norm multiplies by.",
    "shift": "This is float32 [O], which batch norm adds.",
    "running_mean": "This is float32 [O], the mean that batch norm has in evaluation.",
    "running_variance": "This is float32 [O], the variance that batch norm has in evaluation, unbiased.",
    "leak": "This is float32 [O] of neurons with time constants of their own: a, where tau = 1 + exp(-a) steps.",
    "membrane_decay": "This is float32 [O] of adaptive neurons: the share of the potential that is left after a step, "
                      "exp(-1/5) to exp(-1/25).",
    "adaptation_decay": "This is float32 [O] of adaptive neurons: the share of the adaptation that is left after a "
                        "step, exp(-1/30) to exp(-1/120).",
    "subthreshold_adaptation": "This is float32 [O] of adaptive neurons: how strongly the potential drives the "
                               "adaptation, -1 to 1.",
    "spike_adaptation": "This is float32 [O] of adaptive neurons: how strongly a spike drives the adaptation, 0 to 2.",
}
# These come and go with controllers; all other arrays stay where they are as long as their network.
CONTROLLED = ("sign", "mask")


def show(shown, use):
    """A NumPy view of memory of the library's, which keeps the handle that it belongs to alive as its user does."""
    dtype, shape = np.dtype(DTYPES[shown.dtype]), tuple(shown.shape[:shown.dimensions])
    memory = (c.c_char * (dtype.itemsize * int(np.prod(shape)))).from_address(shown.data)
    memory.use = use
    return np.frombuffer(memory, dtype).reshape(shape)


class Layer:
    """A layer is a part of a network. Its arrays are attributes with the header's names: `weight`, `position`, `scale`,
    `shift`, `running_mean`, `running_variance`, `leak` and those of adaptive neurons are writable views of the
    library's memory. `sign` and `mask` belong to the controller of sparsity and are copies. What is assigned to an
    attribute is checked; what is written into a view is not."""

    __slots__ = ("_network", "_use", "_pointer")

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
        self._network, self._use, self._pointer = network, network._live(), address

    @property
    def network(self) -> Network:
        """This is the network that the layer is a part of."""
        return self._network

    def _call(self, name, *arguments):
        return self._use.handle.owner.call(name, self._pointer, *arguments)

    def _ask(self, name):
        with self._use.handle.owner:
            return getattr(library, name)(self._pointer)

    @property
    def type(self) -> str:
        """This is the kind of layer: "delays", "batch_norm", "lif", "adaptive_lif", "dropout" or "leaky_integrator"."""
        return word_of("snnd_layer_type", self._ask("snnd_layer_get_type"))

    @property
    def inputs(self) -> int:
        """This is the number of neurons or channels before the layer, I."""
        return self._ask("snnd_layer_inputs")

    @property
    def outputs(self) -> int:
        """This is the number of neurons of the layer, O."""
        return self._ask("snnd_layer_outputs")

    @property
    def options(self) -> dict[str, Any]:
        """These are the options that the layer was made with, by the header's names."""
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
            return show(shown, self._use)

    def array(self, name: Word) -> np.ndarray:
        """Returns an array of the layer by its name, as the attribute of that name does."""
        with self._use.handle.owner:
            view = self._view(name)
            return view.copy() if word_of("snnd_array_name", name) in CONTROLLED else view

    def _attribute(self, name):
        try:
            return self.array(name)
        except Error as error:
            if error.status != "error_state":
                raise
            raise MissingArray(str(error), error.status) from None

    def set_array(self, name: Word, values: Numbers) -> None:
        """Checks values, which have the shape of the array, and copies them into it."""
        there = self.array(name)
        values = array_of(values, there.dtype, name)
        if values.shape != there.shape:
            raise ValueError(f"{name} has the shape {there.shape}, what was given has {values.shape}")
        self._call("snnd_layer_set_array", value_of("snnd_array_name", name), pointer(values), values.size)

    def arrays(self) -> dict[str, np.ndarray]:
        """Returns all arrays that the layer has, by their names."""
        found = {}
        for name in ARRAYS:
            try:
                found[name] = self.array(name)
            except Error as error:
                if error.status != "error_state":
                    raise
        return found

    def _option_of_delays(self, name):
        if self.type != "delays":
            raise MissingArray(f"{self!r} has no synapses", "error_state")
        return self.options[name]

    def _synapses(self, name, dtype):
        values = np.empty((self.outputs, self.inputs, self._option_of_delays("synapses_per_pair")), dtype)
        self._call(name, pointer(values))
        return values

    @property
    def delays(self) -> np.ndarray:
        """These are the delays in whole steps, int32 [O, I, C], as evaluation has them."""
        return self._synapses("snnd_layer_delays", np.int32)

    @property
    def weights(self) -> np.ndarray:
        """These are the weights of the synapses, float32 [O, I, C], with their signs, and 0 where there is no
        synapse."""
        return self._synapses("snnd_layer_weights", np.float32)

    @property
    def active(self) -> int:
        """This is the number of synapses that exist."""
        return self._ask("snnd_layer_active")

    def fold(self) -> tuple[np.ndarray, np.ndarray]:
        """Returns factor [O] and shift [O], float64, of batch norm in evaluation, which is factor x + shift."""
        factor, shift = np.empty(self.outputs), np.empty(self.outputs)
        self._call("snnd_layer_fold", pointer(factor), pointer(shift))
        return factor, shift

    def degrees(self) -> tuple[np.ndarray, np.ndarray]:
        """Returns fan_in [O] and fan_out [I], int64: how many synapses each neuron and each input has."""
        fan_in, fan_out = np.empty(self.outputs, np.int64), np.empty(self.inputs, np.int64)
        self._call("snnd_layer_degrees", pointer(fan_in), pointer(fan_out))
        return fan_in, fan_out

    def delay_counts(self) -> tuple[np.ndarray, np.ndarray]:
        """Returns two arrays [max_delay + 1], int64: how many excitatory and how many inhibitory synapses have each
        delay in steps."""
        counts = np.empty((2, self._option_of_delays("max_delay") + 1), np.int64)
        self._call("snnd_layer_delay_counts", pointer(counts[0]), pointer(counts[1]))
        return counts[0], counts[1]

    def __eq__(self, other):
        return isinstance(other, Layer) and self._pointer == other._pointer and self._use.handle is other._use.handle

    def __hash__(self):
        return hash(self._pointer)

    def __copy__(self):
        raise TypeError("a Layer cannot be copied; its network can")

    def __reduce__(self):
        raise TypeError("a Layer cannot be pickled; its network can")

    def __repr__(self):
        return f"<snndelay.Layer {self.type} {self.inputs} -> {self.outputs}>"


def pointer_of(layer):
    """The address of a layer that was given."""
    return of_kind(layer, Layer, "layer")._pointer


def pointer_or_none(layer):
    return None if layer is None else pointer_of(layer)


def _attribute(name, says):
    return property(lambda layer: layer._attribute(name), lambda layer, values: layer.set_array(name, values), doc=says)


for _name, _says in ARRAYS.items():
    setattr(Layer, _name, _attribute(_name, _says))


class Network(Object):
    """A network is a chain of layers for `inputs` channels, in the order in which they are added. Each method `add_`
    takes the header's options by their names, enumerations as words, and returns the layer."""

    def __init__(self, inputs: int, *, context: Optional[Context] = None) -> None:
        parent = context_or_default(context)
        self._make(parent._owner, "snnd_network_create", parent._handle.pointer, whole(inputs, "inputs"),
                   free="snnd_network_free", parents=[parent._handle])

    def __setattr__(self, name, value):
        # A word that is misspelt is no option. Subclasses may have attributes of their own.
        if type(self) is Network and not name.startswith("_") and not hasattr(Network, name):
            raise AttributeError(f"a Network has no {name!r}")
        super().__setattr__(name, value)

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
        """Adds synapses with delays to `outputs` neurons. The options are max_delay (24), the longest delay in steps;
        synapses_per_pair (1), C; profile ("gauss", "max"), the shape of a synapse over the steps in training;
        learn_delays (1), which is 0 if delays stay as they are; and sharing ("none", "axonal", "dendritic"), which says
        whether synapses of an input or of a neuron share their delay."""
        made = options("snnd_delay_options", given)
        return self._add("snnd_network_add_delays", whole(outputs, "outputs"), c.byref(made))

    def add_batch_norm(self, **given: Any) -> Layer:
        """Adds batch normalisation over steps and samples. The options are epsilon (1e-5), which is added to the
        variance, and momentum (0.1), the share of a new batch in the running statistics."""
        return self._add("snnd_network_add_batch_norm", c.byref(options("snnd_batch_norm_options", given)))

    def add_lif(self, **given: Any) -> Layer:
        """Adds leaky integrate-and-fire neurons. The options are tau (10.05), the time constant in steps; threshold
        (1), which a potential has to exceed; alpha (5), the steepness of the surrogate gradient; detach_reset (1),
        which is 0 if the reset is differentiated; order ("paper", "update_first"), which says when a current counts;
        reset ("zero", "subtract"), which says what a spike does to the potential; surrogate ("arctan", and the others
        of the header's snnd_surrogate); tau_per_neuron ("shared", "given", "learned"); and tau_spread (0), how far time
        constants of neurons are drawn apart."""
        return self._add("snnd_network_add_lif", c.byref(options("snnd_lif_options", given)))

    def add_adaptive_lif(self, **given: Any) -> Layer:
        """Adds leaky integrate-and-fire neurons with adaptation. The options are threshold (1), which a potential has
        to exceed; alpha (5), the steepness of the surrogate gradient; detach_reset (0), which is 1 if the reset is not
        differentiated; and surrogate ("arctan", and the others of the header's snnd_surrogate)."""
        return self._add("snnd_network_add_adaptive_lif", c.byref(options("snnd_adaptive_lif_options", given)))

    def add_dropout(self, probability: float) -> Layer:
        """Adds dropout, which has one mask for all steps of a sample. `probability` is the share of neurons that is
        dropped, at least 0 and below 1."""
        return self._add("snnd_network_add_dropout", number(probability, "probability"))

    def add_leaky_integrator(self, **given: Any) -> Layer:
        """Adds neurons that never fire, as a network has at its end. The options are tau (10.05), the time constant in
        steps, and order ("paper"), tau_per_neuron ("shared") and tau_spread (0) as of LIF neurons."""
        return self._add("snnd_network_add_leaky_integrator", c.byref(options("snnd_leaky_integrator_options", given)))

    @property
    def layers(self) -> list[Layer]:
        """These are the layers in order."""
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
        """This is the number of channels of the input."""
        return self._ask("snnd_network_inputs")

    @property
    def outputs(self) -> int:
        """This is the number of neurons of the last layer."""
        return self._ask("snnd_network_outputs")

    @property
    def active(self) -> int:
        """This is the number of synapses that exist in all layers together."""
        return self._ask("snnd_network_active")

    @property
    def sigma(self) -> float:
        """This is the width of the delay profiles in training, in steps."""
        return self._ask("snnd_network_sigma")

    @sigma.setter
    def sigma(self, sigma: float) -> None:
        self._call("snnd_network_set_sigma", number(sigma, "sigma"))

    @property
    def readout(self) -> str:
        """This says how potentials become scores: "softmax_sum", "sum", "mean", "max" or "last"."""
        return word_of("snnd_readout", self._ask("snnd_network_readout"))

    @readout.setter
    def readout(self, readout: Word) -> None:
        self._call("snnd_network_set_readout", value_of("snnd_readout", readout, "readout"))

    def initialize(self, seed: int) -> None:
        """Draws every parameter anew from `seed`, 0 to 2^64 - 1."""
        self._call("snnd_network_initialize", whole(seed, "seed", 64, False))

    def clamp(self) -> None:
        """Puts every parameter that has a range back into it. This is a part of a training step, after the
        optimizers."""
        self._call("snnd_network_clamp")

    def clone(self) -> Network:
        """Returns an independent network in the same context, with the same layers and parameters."""
        use = self._live()
        return self._made(use.handle.owner, use.handle.parents, "snnd_network_clone", use.handle.pointer)

    def _with(self, name, other):
        """Calls a function that reads another network, which no other thread may change meanwhile."""
        with both(self._owner, other.handle.owner):
            self._call(name, other.handle.pointer)

    def rewind(self, initial: Network) -> None:
        """Sets parameters to those of another network with the same layers; masks and signs stay."""
        self._with("snnd_network_rewind", use_of(initial, Network, "initial"))

    def copy_parameters(self, other: Network) -> None:
        """Takes parameters, masks, signs and sigma from a network with the same layers."""
        self._with("snnd_network_copy_parameters", use_of(other, Network, "other"))

    def save(self, path: Place) -> None:
        """Writes the network to a path, whole or not at all, or to a file that is open in binary mode, which is whole
        if this call returns."""
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
        """Returns fields, excitation and inhibition, float64 [outputs, inputs of the network, steps], of a layer of
        delays: the weights with which a neuron sees each channel so many steps ago, all of them, those above 0, and
        those below 0. Without a layer they are those of the last one."""
        at = pointer_or_none(layer)
        sizes = [c.c_int32() for _ in range(3)]
        self._call("snnd_receptive_fields_size", at, *map(c.byref, sizes))
        fields = np.empty((3, *(size.value for size in sizes)))
        self._call("snnd_receptive_fields", at, *map(pointer, fields))
        return fields[0], fields[1], fields[2]

    def changes(self, before: Network, layer: Optional[Layer] = None) -> Result:
        """Compares synapses with those of `before`, a network with the same layers, in one layer or in all of them. The
        result has kept, born, died and flipped (numbers of synapses), mean_move and largest_move (steps), and
        mean_weight_change."""
        made, other = structure("snnd_changes"), use_of(before, Network, "before")
        use = self._live()
        with both(use.handle.owner, other.handle.owner):
            use.handle.owner.call("snnd_network_changes", other.handle.pointer, use.handle.pointer,
                                  pointer_or_none(layer), c.byref(made))
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
    """Makes a network of what Network.to_bytes() returned."""
    return load(io.BytesIO(data), context=context)
