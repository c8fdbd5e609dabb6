"""Training: workspaces, optimizers, schedules, controllers of sparsity, and the trainer."""

from __future__ import annotations

import contextlib
import ctypes as c
from typing import Any, Callable, Iterator, Optional, Union

import numpy as np

from . import _declarations as declarations
from ._bar import Bar, wants_bar
from ._data import Dataset
from ._files import Place, source, target
from ._handles import Object, use_of
from ._interrupt import came
from ._library import (Error, Numbers, Result, Word, array_of, assign, counts_of, function_of, library, number, options,
                       pointer, result, set_function, status_word, structure, value_of, whole)
from ._network import DTYPES, Layer, Network, pointer_of, pointer_or_none, show


class Schedule:
    """A schedule is a number that follows the epochs. Its kind is "constant", "one_cycle", "cosine" or "exponential".
    The options are epochs (150), its length; value (1e-3), where it begins, or the peak of one_cycle; final (0), where
    cosine and exponential end; and for one_cycle rise (0.3), the share of epochs up to the peak, divide (25), the peak
    over the first value, final_divide (1e4), the first value over the last, momentum_low (0.85) and momentum_high
    (0.95)."""

    def __init__(self, kind: Word = "constant", **given: Any) -> None:
        self._made = options("snnd_schedule", {"kind": kind, **given})

    def at(self, epoch: int) -> tuple[float, Optional[float]]:
        """Returns the value and the momentum at an epoch; the momentum is None except for one_cycle."""
        value, momentum = c.c_double(), c.c_double(-1)
        status = library.snnd_schedule_at(c.byref(self._made), whole(epoch, "epoch"), c.byref(value), c.byref(momentum))
        if status:
            sentence = library.snnd_status_string(status).decode()
            raise Error(f"no such schedule or epoch: {sentence}", status_word(status))
        return value.value, None if momentum.value == -1 else momentum.value


def schedule_options(given):
    """A schedule of the host's: a Schedule, or its options."""
    if isinstance(given, Schedule):
        return given._made
    return options("snnd_schedule", given)


def optimizer_options(given):
    return options("snnd_optimizer_options", given)


# What a trainer is given as options of its own.
OPTIONS_OF_TRAINERS = {
    "weights": optimizer_options, "positions": optimizer_options, "weight_schedule": schedule_options,
    "position_schedule": schedule_options, "sigma_schedule": schedule_options,
    "picojoules": lambda given: options("snnd_picojoules", given),
}


def class_weights(made, given):
    """Puts weights of classes into options; the array has to live as long as they are used."""
    weights = array_of(given, np.float64, "class_weight", 1)
    made.class_weight, made.class_weight_count = pointer(weights), len(weights)
    return weights


def expect(values, shape, name):
    """The library is told no shapes, so that they are looked at here."""
    if values.shape != shape:
        raise ValueError(f"{name} has the shape {values.shape}; expected {shape}")


class Workspace(Object):
    """A workspace has the buffers for passes of up to `batch` samples of `steps` steps through a network: forward,
    loss, backward. With gradients=False only evaluation is possible, which takes less memory."""

    def __init__(self, network: Network, batch: int, steps: int, gradients: bool = True) -> None:
        use = use_of(network, Network, "network")
        self._inputs, self._outputs, self._batch, self._steps = network.inputs, network.outputs, batch, steps
        self._count = 0
        self._make(use.handle.owner, "snnd_workspace_create", use.handle.pointer, whole(batch, "batch"),
                   whole(steps, "steps"), int(bool(gradients)), free="snnd_workspace_free", parents=[use.handle])

    def set_draw(self, seed: int, step: int) -> None:
        """Sets the two numbers that the next dropout masks are drawn from; each pass needs another step."""
        self._call("snnd_workspace_set_draw", whole(seed, "seed", 64, False), whole(step, "step", 64, False))

    def set_lengths(self, lengths: Optional[Numbers]) -> None:
        """Sets how many steps each sample of the passes to come has, lengths [B]; with None each has all of them."""
        if lengths is None:
            self._call("snnd_workspace_set_lengths", None, 0)
        else:
            lengths = counts_of(lengths, "lengths")
            self._call("snnd_workspace_set_lengths", pointer(lengths), len(lengths))

    def set_dropout_mask(self, layer: Layer, mask: Optional[Numbers]) -> None:
        """Sets the factors [batch, O] that a layer of dropout multiplies by, in place of masks that it draws; with None
        it draws them again."""
        at, outputs = pointer_of(layer), layer.outputs
        if mask is not None:
            mask = array_of(mask, np.float32, "mask", 2)
            expect(mask, (self._batch, outputs), "mask")
        self._call("snnd_workspace_set_dropout_mask", at, pointer(mask))

    def forward(self, x: Numbers, mode: Word = "train") -> None:
        """Passes samples x [B, T, I] forward, in mode "train" or "evaluate"."""
        x = array_of(x, np.float32, "x", 3)
        if x.shape[1:] != (self._steps, self._inputs):
            raise ValueError(f"x has the shape {x.shape}; expected [B, {self._steps}, {self._inputs}]")
        with self._owner:
            self._call("snnd_workspace_forward", value_of("snnd_mode", mode, "mode"), pointer(x), len(x))
            self._count = len(x)

    def loss(self, y: Numbers, **given: Any) -> Result:
        """Computes the loss of the last pass for labels y [B]. The options are readout ("network"), l1 (0),
        label_smoothing (0), rate_penalty (0), rate_lower (0) and rate_upper (0) in spikes per neuron and step, and
        class_weight [classes]. The result has loss, cross_entropy, penalty, rate_penalty, samples and correct."""
        y = counts_of(y, "y")
        weights = given.pop("class_weight", None)
        made, report = options("snnd_loss_options", given), structure("snnd_loss_report")
        held = None if weights is None else class_weights(made, weights)
        with self._owner:
            if self._count:
                expect(y, (self._count,), "y")
            self._call("snnd_workspace_loss", pointer(y), c.byref(made), c.byref(report))
        del held
        return result(report)

    def add_gradient(self, layer: Layer, gradient: Numbers) -> None:
        """Adds dL/d(output) of a layer, [T, B, O], to what the next backward pass brings back."""
        at, gradient = pointer_of(layer), array_of(gradient, np.float32, "gradient", 3)
        with self._owner:
            if self._count:
                expect(gradient, (self._steps, self._count, layer.outputs), "gradient")
            self._call("snnd_workspace_add_gradient", at, pointer(gradient))

    def backward(self) -> None:
        """Computes the gradients of the loss by backpropagation through time."""
        self._call("snnd_workspace_backward")

    def gradient(self, layer: Layer, name: Word, complete: bool = False) -> np.ndarray:
        """Returns the gradient of an array of a layer, of the array's shape, as a view. If `complete` is true, it has
        the gradients of absent synapses, too, and is a copy."""
        shown = declarations.snnd_array()
        function = "snnd_workspace_complete_gradient" if complete else "snnd_workspace_gradient"
        with self._owner:
            self._call(function, pointer_of(layer), value_of("snnd_array_name", name), c.byref(shown))
            view = show(shown, self._live())
            return view.copy() if complete else view

    def input_gradient(self) -> np.ndarray:
        """Returns dL/d(input) of the last backward pass, [B, T, I]."""
        with self._owner:
            values = np.empty((self._count, self._steps, self._inputs), np.float32)
            self._call("snnd_workspace_input_gradient", pointer(values))
            return values

    def clip_gradients(self, max_norm: float) -> float:
        """Clips all gradients by their common norm, and returns the norm that they had."""
        norm = c.c_double()
        self._call("snnd_workspace_clip_gradients", number(max_norm, "max_norm"), c.byref(norm))
        return norm.value

    def record(self, layer: Layer, what: Word = "output") -> np.ndarray:
        """Returns what a layer gave in the last pass, [T, B, O]: its "output", or the "potential" that decides whether
        its neurons fire."""
        at = pointer_of(layer)
        with self._owner:
            values = np.empty((self._steps, self._count, layer.outputs), np.float32)
            self._call("snnd_workspace_record", at, value_of("snnd_record", what), pointer(values))
            return values

    def scores(self, readout: Word = "network") -> np.ndarray:
        """Returns the scores of the last pass, [B, classes]."""
        with self._owner:
            values = np.empty((self._count, self._outputs), np.float32)
            self._call("snnd_workspace_scores", value_of("snnd_readout", readout), pointer(values))
            return values

    def predictions(self, readout: Word = "network") -> np.ndarray:
        """Returns the class with the highest score for each sample, int32 [B]."""
        with self._owner:
            values = np.empty(self._count, np.int32)
            self._call("snnd_workspace_predictions", value_of("snnd_readout", readout), pointer(values))
            return values

    @property
    def spike_rate(self) -> float:
        """This is the number of spikes per neuron and step in the last pass."""
        return self._ask("snnd_workspace_spike_rate")

    def spike_rates(self, layer: Layer) -> np.ndarray:
        """Returns the spikes per step of each neuron of a layer that fires, [O]."""
        at, values = pointer_of(layer), np.empty(layer.outputs)
        self._call("snnd_workspace_spike_rates", at, pointer(values))
        return values

    def operations(self, layer: Optional[Layer] = None, **picojoules: float) -> Result:
        """Counts synaptic operations of a sample in the last pass, in one layer or in all of them. The result has
        accumulations, multiplications and, if accumulation=... and multiplication=... say in picojoules what these
        take, the energy in picojoules."""
        made, found = options("snnd_picojoules", picojoules), structure("snnd_operations")
        self._call("snnd_workspace_operations", pointer_or_none(layer), c.byref(made),
                   c.byref(found))
        return result(found)


class Optimizer(Object):
    """An optimizer moves parameters by their gradients. The options are kind ("adam", "sgd"), parameters ("weights",
    "positions", or a tuple of both), rate (1e-3), momentum (0.9), which is beta1 of Adam, beta2 (0.999), epsilon
    (1e-8), weight_decay (0), and decoupled (0), which is 1 for the weight decay of AdamW."""

    def __init__(self, network: Network, **given: Any) -> None:
        use = use_of(network, Network, "network")
        self._make(use.handle.owner, "snnd_optimizer_create", use.handle.pointer,
                   c.byref(optimizer_options(given)), free="snnd_optimizer_free", parents=[use.handle])

    def set_rate(self, rate: float) -> None:
        """Sets the learning rate."""
        self._call("snnd_optimizer_set_rate", number(rate, "rate"))

    def set_momentum(self, momentum: float) -> None:
        """Sets the momentum, which is beta1 of Adam."""
        self._call("snnd_optimizer_set_momentum", number(momentum, "momentum"))

    def set_factor(self, layer: Layer, name: Word, factor: float) -> None:
        """Sets a factor of the rate for one array of a layer; 0 freezes it."""
        self._call("snnd_optimizer_set_factor", pointer_of(layer), value_of("snnd_array_name", name),
                   number(factor, "factor"))

    def step(self, workspace: Workspace) -> None:
        """Moves parameters by the gradients of the last backward pass of a workspace."""
        use = use_of(workspace, Workspace, "workspace")
        self._call("snnd_optimizer_step", use.handle.pointer)

    def moment(self, layer: Layer, name: Word, order: int = 1) -> np.ndarray:
        """Returns the first or second moment of an array of a layer, of the array's shape, as a view."""
        shown = declarations.snnd_array()
        with self._owner:
            self._call("snnd_optimizer_moment", pointer_of(layer), value_of("snnd_array_name", name),
                       whole(order, "order"), c.byref(shown))
            return show(shown, self._live())


class Sparsity(Object):
    """A controller of sparsity decides which synapses of a network exist; a network has one at a time. All of them have
    the options budget ("layer", "network", "fan_in"), which says what is counted; density ("uniform", "erdos_renyi"),
    which says how synapses are dealt out to layers; sparsity (0.875), the share of synapses that do not exist; fan_in
    (0), the synapses of each neuron with the budget of that name; signs ("default", "none", "synapse", "dale"); start
    ("random", "magnitude", "keep"), which says which synapses there are at first; and seed (0)."""

    def _control(self, network, name, kind, init, given):
        made, rule = structure("snnd_structure"), None if kind is None else structure(kind, init)
        for key, value in given.items():
            assign(rule if rule is not None and hasattr(rule, key) else made, key, value)
        rule = () if rule is None else (c.byref(rule),)
        use = use_of(network, Network, "network")
        self._make(use.handle.owner, name, use.handle.pointer, c.byref(made), *rule, free="snnd_sparsity_free",
                   parents=[use.handle])

    def step(self, workspace: Workspace, optimizer: Optional[Optimizer] = None) -> None:
        """Drops and grows synapses by the rule, after the optimizer of the weights has made its step."""
        uses = (use_of(workspace, Workspace, "workspace"),
                None if optimizer is None else use_of(optimizer, Optimizer, "optimizer"))
        self._call("snnd_sparsity_step", *(use and use.handle.pointer for use in uses))

    def end_epoch(self, optimizer: Optional[Optimizer] = None) -> None:
        """Tells the rule that an epoch is over."""
        use = None if optimizer is None else use_of(optimizer, Optimizer, "optimizer")
        self._call("snnd_sparsity_end_epoch", use and use.handle.pointer)

    def regrown(self, layer: Optional[Layer] = None) -> int:
        """Returns how many synapses the last call of step() or end_epoch() grew, in one layer or in all of them."""
        return self._ask("snnd_sparsity_regrown", pointer_or_none(layer))


class FixedMask(Sparsity):
    """This controller draws masks that stay. Its options are those of Sparsity."""

    def __init__(self, network: Network, **given: Any) -> None:
        self._control(network, "snnd_sparsity_create_fixed_mask", None, None, given)


class DeepR(Sparsity):
    """This controller rewires by DEEP R. Its options are growth ("gradient", "random"); dormant_gradients (0), which is
    1 if absent synapses have gradients under random growth, too; temperature (0) of the noise; and those of
    Sparsity."""

    def __init__(self, network: Network, **given: Any) -> None:
        self._control(network, "snnd_sparsity_create_deep_r", "snnd_deep_r_options", None, given)


class Rewiring(Sparsity):
    """This controller drops a share of the synapses from time to time and grows as many. Its options are drop
    ("magnitude", "each_sign"), growth ("random", "gradient", "momentum"), interval (steps between two rewirings, or 0
    for the end of each epoch), stop (the step from which there is no rewiring, or 0), share (0 to 1), and those of
    Sparsity."""

    _init = "snnd_rigl_options_init"

    def __init__(self, network: Network, **given: Any) -> None:
        self._control(network, "snnd_sparsity_create_rewiring", "snnd_rewiring_options", self._init, given)


class RigL(Rewiring):
    """This is Rewiring with the numbers of RigL; set `stop` to three quarters of the steps."""


class SET(Rewiring):
    """This is Rewiring with the numbers of SET."""

    _init = "snnd_set_options_init"


class SNFS(Rewiring):
    """This is Rewiring with the numbers of sparse networks from scratch."""

    _init = "snnd_snfs_options_init"


class Trainer(Object):
    """A trainer makes a training run of a network, as the paper does unless options say otherwise. They are epochs
    (150), batch (256), seed (0), readout ("network"), l1 (0), label_smoothing (0), rate_penalty (0), rate_lower (0),
    rate_upper (0), class_weight [classes], clip_norm (0), prefetch (0), largest_loss (1e6), and the other options of
    the header's snnd_trainer_options by their names.

    `sparsity` is a controller of the network. weights and positions are the options of their optimizers as a dict;
    weight_schedule, position_schedule and sigma_schedule are a Schedule each, or its options as a dict; picojoules is a
    dict of accumulation and multiplication. progress(p) is called after each step; p has epoch, step, steps, loss,
    accuracy, sigma and active. If it returns something true, the epoch stops there. `bar` is True, False, or None for a
    bar where there is a terminal or a notebook.

    Several processes train one network if each has such a trainer and all make the same calls. They differ in rank (0),
    which is below ranks (1), a power of two; a batch is cut into shards (1), at least as many. reduce(values) is called
    with an array [count], float32 or float64, and replaces its numbers by the sums over all ranks, with the same bits
    on each of them. What it raises comes out of the call.
    """

    def __init__(self, network: Network, *, sparsity: Optional[Sparsity] = None,
                 progress: Optional[Callable[[Result], Any]] = None, bar: Optional[bool] = None,
                 reduce: Optional[Callable[[np.ndarray], None]] = None, **given: Any) -> None:
        use = use_of(network, Network, "network")
        owner, parents = use.handle.owner, [use.handle]
        for name, options_of in OPTIONS_OF_TRAINERS.items():
            if name in given:
                if not isinstance(given[name], (dict, Schedule)):
                    raise TypeError(f"{name} is {given[name]!r}; expected a dict of options by their names")
                given[name] = c.pointer(options_of(given[name]))
        weights = given.pop("class_weight", None)
        for name in ("progress_user", "reduce_user", "class_weight_count"):
            if name in given:
                raise TypeError(f"{name} is C's alone: Python's functions and arrays need nothing beside them")
        made = options("snnd_trainer_options", given)
        held = None if weights is None else class_weights(made, weights)
        if sparsity is not None:
            controller = use_of(sparsity, Sparsity, "sparsity")
            made.sparsity = controller.handle.pointer
            parents.append(controller.handle)
        # Of several processes one shows a bar.
        self.epochs, self._progress, self._bar = made.epochs, progress, False if bar is None and made.rank else bar
        for name, function in (("progress", progress), ("reduce", reduce)):
            if function is not None:
                function_of(function, name)
        self._watch = Watch(owner)
        set_function(made, "progress", self._watch)
        if reduce is not None:
            set_function(made, "reduce", Sums(owner, reduce))
        self.network, self._inputs = network, network.inputs
        self._make(owner, "snnd_trainer_create", use.handle.pointer, c.byref(made), free="snnd_trainer_free",
                   parents=parents)
        del held
        self._handle.keep(made)

    @contextlib.contextmanager
    def _dataset(self, x, y, lengths):
        """A dataset as it is, or arrays that are borrowed as long as the call lasts."""
        if isinstance(x, Dataset):
            if y is not None or lengths is not None:
                raise TypeError("a dataset has its labels and lengths")
            use = x._live()
            if use.handle.owner is not self._owner:
                raise ValueError("the data belong to another context than the network: make them with "
                                 "context=network.context")
            yield use.handle.pointer
            return
        if y is None:
            raise TypeError("labels y are missing")
        with Dataset(x, y, lengths, copy=False, context=self.context) as dataset:
            yield dataset._handle.pointer

    def epoch(self, x: Union[Numbers, Dataset], y: Optional[Numbers] = None, lengths: Optional[Numbers] = None, *,
              checkpoint: Optional[Place] = None) -> Result:
        """Trains one epoch on samples x [N, T, I] with labels y [N] (and lengths [N]) or on a Dataset, or finishes one
        that was stopped, and returns its report. The report's `stopped` says whether `progress` has stopped it. Ctrl-C
        stops at the next step, writes a checkpoint if it is told where to, and raises KeyboardInterrupt."""
        # Ctrl-C is held back from here to the end of the block.
        with self._owner:
            try:
                found = self._epoch(x, y, lengths)
                interrupted = came()
            except KeyboardInterrupt:
                # The host's progress function has raised it, or reads that were waited for.
                found, interrupted = None, True
            if interrupted and checkpoint is not None:
                self.save_checkpoint(checkpoint)
        if interrupted:
            raise KeyboardInterrupt
        return found

    def _epoch(self, x, y, lengths):
        report = structure("snnd_epoch_report")
        with self._dataset(x, y, lengths) as dataset, Bar(wants_bar(self._bar)) as bar:
            before = self._watch.look(self._progress, bar)
            try:
                stopped = self._call("snnd_trainer_epoch", dataset, c.byref(report))
            finally:
                self._watch.look(*before)
        found = result(report)
        found.stopped = stopped
        return found

    def run(self, x: Union[Numbers, Dataset], y: Optional[Numbers] = None, lengths: Optional[Numbers] = None, *,
            checkpoint: Optional[Place] = None) -> Iterator[Result]:
        """Trains to the end of the epochs, and yields the report of each. It ends early if an epoch was stopped. Where
        the loop over the reports is left before, by Ctrl-C, an error or `break`, a checkpoint is written if the run is
        told where to."""
        try:
            while self.epochs_done < self.epochs:
                report = self.epoch(x, y, lengths)
                yield report
                if report.stopped:
                    return
        except (KeyboardInterrupt, GeneratorExit):
            if checkpoint is not None:
                self.save_checkpoint(checkpoint)
            raise

    def evaluate(self, x: Union[Numbers, Dataset], y: Optional[Numbers] = None,
                 lengths: Optional[Numbers] = None) -> Result:
        """Evaluates the network on samples x [N, T, I] with labels y [N] (and lengths [N]) or on a Dataset. The report
        has loss, accuracy (0 to 1), spike_rate (spikes per neuron and step) and the other members of the header's
        snnd_epoch_report."""
        report = structure("snnd_epoch_report")
        with self._owner, self._dataset(x, y, lengths) as dataset:
            self._call("snnd_trainer_evaluate", dataset, c.byref(report))
        return result(report)

    def step(self, x: Numbers, y: Numbers, lengths: Optional[Numbers] = None) -> Result:
        """Makes one training step on a batch x [B, T, I] with labels y [B] (and lengths [B]), and returns its report.
        Learning rates stay until end_epoch()."""
        x, y = array_of(x, np.float32, "x", 3), counts_of(y, "y")
        lengths = None if lengths is None else counts_of(lengths, "lengths")
        for name, values in (("y", y), ("lengths", lengths)):
            if values is not None and len(values) != len(x):
                raise ValueError(f"there are {len(x)} samples in x, and {len(values)} in {name}")
        if x.shape[2] != self._inputs:
            raise ValueError(f"x has {x.shape[2]} channels, and the network {self._inputs} inputs")
        report = structure("snnd_loss_report")
        self._call("snnd_trainer_step_padded", pointer(x), pointer(y), pointer(lengths), len(x), x.shape[1],
                   c.byref(report))
        return result(report)

    def end_epoch(self) -> None:
        """Ends an epoch that was made of calls of step()."""
        self._call("snnd_trainer_end_epoch")

    def set_factor(self, layer: Layer, name: Word, factor: float) -> None:
        """Sets a factor of the rate for one array of a layer; 0 freezes it."""
        self._call("snnd_trainer_set_factor", pointer_of(layer), value_of("snnd_array_name", name),
                   number(factor, "factor"))

    @property
    def epochs_done(self) -> int:
        """This is the number of epochs that are finished."""
        return self._ask("snnd_trainer_epochs_done")

    def save_checkpoint(self, path: Place, note: Optional[str] = None) -> None:
        """Writes everything that training has changed, with a note (text), to a path, whole or not at all, or to a file
        that is open in binary mode."""
        text = None if note is None else note.encode()
        if text and b"\0" in text:
            raise ValueError("a note has a NUL in it")
        self._call(*target(path, self._owner, "snnd_trainer_save_checkpoint", "snnd_trainer_write_checkpoint"), text)

    def load_checkpoint(self, path: Place) -> str:
        """Puts a checkpoint back into a trainer that was made as the first one was, and returns its note, or "" if it
        has none. The checkpoint is at a path, or in a file that is open in binary mode."""
        note = c.c_void_p()
        with self._owner as owner:
            self._call(*source(path, owner, "snnd_trainer_load_checkpoint", "snnd_trainer_read_checkpoint"),
                       c.byref(note))
            text = (c.cast(note, c.c_char_p).value or b"").decode(errors="replace")
            library.snnd_string_free(owner.context, note)
            return text


class Sums:
    """What the library calls to add up numbers over ranks: the host's function has a copy of them, which it may keep,
    in place of memory that is the library's."""

    def __init__(self, owner, reduce):
        self._owner, self._reduce = owner, reduce

    def __call__(self, _, what):
        try:
            what = what.contents
            dtype = np.dtype(DTYPES[what.dtype])
            memory = (c.c_char * (dtype.itemsize * what.count)).from_address(what.values)
            there = np.frombuffer(memory, dtype)
            values = there.copy()
            if self._reduce(values) is not None:
                raise TypeError("reduce has returned something; it has to put the sums into the array that it is given")
            there[:] = values
            return 0
        except BaseException as error:
            self._owner.raised = error
            return 1


class Watch:
    """What the library calls after each step: it looks for Ctrl-C, and calls the host's function."""

    def __init__(self, owner):
        self._owner = owner
        self._at: tuple[Any, Any] = None, None

    def look(self, progress, bar):
        """Sets what is looked at, and returns what was before: an epoch that is begun within another is an error of
        the library's, behind which the other goes on."""
        before, self._at = self._at, (progress, bar)
        return before

    def __call__(self, _, at):
        try:
            progress, bar = self._at
            if progress or bar.wanted:
                now = result(at.contents)
                bar.show(now)
            stop = bool(progress(now)) if progress else False
            return int(stop or came())
        except BaseException as error:
            self._owner.raised = error
            return 1
