"""Datasets, and walks over them."""

from __future__ import annotations

import ctypes as c
from typing import Any, Callable, Iterator, Optional

import numpy as np

from ._context import Context, context_or_default
from ._files import Place, is_file, reader
from ._handles import Object, use_of
from ._library import (Error, Numbers, array_of, counts_of, function_of, library, number, options, path_of, pointer,
                       set_function, status_word, whole)


def samples_of(x, y, lengths, scale):
    """The header's snnd_samples, and the arrays that it points to."""
    counts = str(getattr(x, "dtype", "")) in ("uint8", "torch.uint8")
    x = array_of(x, np.uint8 if counts else np.float32, "x", 3)
    if not counts and scale != 1:
        raise ValueError(f"scale is {scale}, which multiplies counts; x is of type {x.dtype}, not uint8")
    y = counts_of(y, "y")
    lengths = None if lengths is None else counts_of(lengths, "lengths")
    for name, values in (("y", y), ("lengths", lengths)):
        if values is not None and len(values) != len(x):
            raise ValueError(f"there are {len(x)} samples in x, and {len(values)} in {name}")
    made = options("snnd_samples", {"samples": len(x), "steps": x.shape[1], "channels": x.shape[2], "scale": scale})
    made.input, made.counts = (None, pointer(x)) if x.dtype == np.uint8 else (pointer(x), None)
    made.label, made.length = pointer(y), pointer(lengths)
    return made, (x, y, lengths)


class Dataset(Object):
    """A dataset has samples with labels.

    x [N, T, I] has float32 numbers, or uint8 counts, which are multiplied by `scale`. y [N] has labels, 0 to 2^20 - 1.
    lengths [N] says how many steps each sample has, 1 to T, if they differ. With copy=False x is borrowed and kept
    alive, and may not change.
    """

    def __init__(self, x: Numbers, y: Numbers, lengths: Optional[Numbers] = None, *, scale: float = 1.0,
                 copy: bool = True, context: Optional[Context] = None) -> None:
        made, held = samples_of(x, y, lengths, scale)
        made.copy = int(bool(copy))
        self._from(context, "snnd_dataset_create", c.byref(made), held=None if copy else held)

    def _from(self, context, name, *arguments, held=None):
        parent = context_or_default(context)
        self._make(parent._owner, name, parent._handle.pointer, *arguments, free="snnd_dataset_free",
                   parents=[parent._handle])
        if held is not None:
            self._handle.keep(held)

    @classmethod
    def from_events(cls, first: Numbers, step: Numbers, channel: Numbers, y: Numbers, *, steps: int, channels: int,
                    lengths: Optional[Numbers] = None, scale: float = 1.0,
                    context: Optional[Context] = None) -> Dataset:
        """Makes a dataset of events. Sample n has the events first[n] to first[n + 1] - 1, so that first has N + 1
        numbers; each event has a step and a channel (uint16). A number of a sample is `scale` times the events of its
        step and channel. Everything is copied."""
        arrays = [array_of(first, np.int64, "first", 1), array_of(step, np.uint16, "step", 1),
                  array_of(channel, np.uint16, "channel", 1), counts_of(y, "y")]
        lengths = None if lengths is None else counts_of(lengths, "lengths")
        samples = len(arrays[3])
        if len(arrays[0]) != samples + 1:
            raise ValueError(f"there are {samples} samples in y, and {len(arrays[0])} in first; expected one more")
        if lengths is not None and len(lengths) != samples:
            raise ValueError(f"there are {samples} samples in y, and {len(lengths)} in lengths")
        if len(arrays[1]) != len(arrays[2]) or arrays[0][-1] != len(arrays[1]):
            raise ValueError("step and channel have to have first[-1] numbers each")
        made = options("snnd_events", {"samples": samples, "steps": steps, "channels": channels, "scale": scale})
        made.first, made.step, made.channel, made.label = map(pointer, arrays)
        made.length = pointer(lengths)
        dataset = cls.__new__(cls)
        dataset._from(context, "snnd_dataset_create_events", c.byref(made))
        return dataset

    @classmethod
    def from_function(cls, fetch: Callable[[int, int], Numbers], y: Numbers, *, steps: int, channels: int,
                      lengths: Optional[Numbers] = None, context: Optional[Context] = None) -> Dataset:
        """Makes a dataset whose samples a function makes when they are wanted. fetch(index, epoch) returns [T, I]
        numbers, or [length, I]; the epoch is -1 outside of training. The function is called from several threads in any
        order, and what it returns has to depend on nothing but its two numbers."""
        function_of(fetch, "fetch")
        y = counts_of(y, "y")
        lengths = None if lengths is None else counts_of(lengths, "lengths")
        if lengths is not None and len(lengths) != len(y):
            raise ValueError(f"there are {len(y)} samples in y, and {len(lengths)} in lengths")
        made = options("snnd_source", {"samples": len(y), "steps": steps, "channels": channels})
        made.label, made.length = pointer(y), pointer(lengths)
        parent = context_or_default(context)
        owner = parent._owner

        def fill(_, what):
            try:
                what = what.contents
                sample = array_of(fetch(what.index, what.epoch), np.float32, f"the numbers of sample {what.index}", 2)
                if sample.shape not in ((steps, channels), (what.length, channels)):
                    raise ValueError(f"sample {what.index} has the shape {sample.shape}; expected {(steps, channels)}")
                memory = (c.c_float * (steps * channels)).from_address(what.input)
                np.frombuffer(memory, np.float32).reshape(steps, channels)[:what.length] = sample[:what.length]
                return 0
            except BaseException as error:
                owner.raised_by_fetch = error
                return 1

        set_function(made, "fetch", fill)
        dataset = cls.__new__(cls)
        dataset._from(parent, "snnd_dataset_create_source", c.byref(made), held=made)
        return dataset

    @classmethod
    def load(cls, x: Place, y: Place, lengths: Optional[Place] = None, *, scale: float = 1.0,
             context: Optional[Context] = None) -> Dataset:
        """Loads a dataset from .npy files: x [N, T, I] has numbers of any type, each of which is multiplied by `scale`;
        y [N] and lengths [N] have integers. The places are paths, or files that are open in binary mode and are read
        one after the other."""
        parent, places = context_or_default(context), [each for each in (x, y, lengths) if each is not None]
        files = sum(map(is_file, places))
        if files not in (0, len(places)):
            raise TypeError("x, y and lengths have to be paths, or files, and not some of each")
        arguments = [c.byref(reader(each, parent._owner)) if files else path_of(each) for each in places]
        name = f"snnd_dataset_{'read' if files else 'load'}{'_padded' if lengths is not None else ''}_npy"
        dataset = cls.__new__(cls)
        dataset._from(parent, name, *arguments, number(scale, "scale"))
        return dataset

    def _part(self, address):
        part = Dataset.__new__(Dataset)
        use = self._live()
        # The library keeps what a part needs of its parent, but not what the parent has borrowed of the host.
        part._hold(use.handle.owner, address, "snnd_dataset_free", [use.handle])
        return part

    def split(self, share: float, seed: int = 0) -> tuple[Dataset, Dataset]:
        """Returns two datasets: a random `share` of the samples, 0 to 1, and all the others. They share the numbers of
        this one."""
        part, rest = c.c_void_p(), c.c_void_p()
        with self._owner:
            self._call("snnd_dataset_split", number(share, "share"), whole(seed, "seed", 64, False), c.byref(part),
                       c.byref(rest))
            return self._part(part.value), self._part(rest.value)

    def select(self, index: Numbers) -> Dataset:
        """Returns a dataset of the samples with these indices, in their order. It shares the numbers of this one."""
        index, out = array_of(index, np.int64, "index", 1), c.c_void_p()
        with self._owner:
            self._call("snnd_dataset_select", pointer(index), len(index), c.byref(out))
            return self._part(out.value)

    def __len__(self) -> int:
        return self._ask("snnd_dataset_samples")

    @property
    def steps(self) -> int:
        """This is the number of steps of a whole sample, T."""
        return self._ask("snnd_dataset_steps")

    @property
    def channels(self) -> int:
        """This is the number of channels, I."""
        return self._ask("snnd_dataset_channels")

    @property
    def classes(self) -> int:
        """This is the highest label + 1."""
        return self._ask("snnd_dataset_classes")

    def __getitem__(self, index: int) -> tuple[np.ndarray, int]:
        """(x [length, I], label) of a sample, copied. A function that makes samples may ask this of another dataset,
        from any thread, which is why it does not wait for the context."""
        index, use = whole(index, "index", 64), self._live()
        at, owner = use.handle.pointer, use.handle.owner
        samples = library.snnd_dataset_samples(at)
        if not -samples <= index < samples:
            raise IndexError(f"there is no sample {index} among {samples}")
        index %= samples
        x = np.empty((library.snnd_dataset_steps(at), library.snnd_dataset_channels(at)), np.float32)
        label = c.c_int32()
        status = (library.snnd_dataset_sample(at, index, None, c.byref(label)) or
                  library.snnd_dataset_fill(at, -1, index, pointer(x)))
        if status:
            raised, owner.raised_by_fetch = owner.raised_by_fetch, None
            raise raised or Error(f"sample {index} cannot be made: {library.snnd_status_string(status).decode()}",
                                  status_word(status))
        return x[:library.snnd_dataset_length(at, index)], label.value

    def batches(self, batch: int = 256, *, epoch: int = 0,
                **given: Any) -> Iterator[tuple[np.ndarray, np.ndarray, Optional[np.ndarray]]]:
        """Walks over an epoch and yields x [B, T, I], y [B] and lengths [B] (or None) of each batch, copied. The
        options are shuffle (0), seed (0), training (1) and prefetch (0), as in the header."""
        walk = Batches(self, batch=batch, **given)
        for index in range(len(walk)):
            yield walk.get(epoch, index)

    def __repr__(self):
        if self._use is None:
            return "<snndelay.Dataset, closed>"
        return f"<snndelay.Dataset of {len(self)} samples, {self.steps} steps, {self.channels} channels>"


class Batches(Object):
    """A walk gives a dataset batch by batch. The options are batch (256), the samples of a batch; shuffle (0), which is
    1 for an order that differs from epoch to epoch; seed (0) of that order; training (1), which is 0 if sources are to
    make samples as for evaluation; and prefetch (0), the number of batches that are made ahead."""

    def __init__(self, dataset: Dataset, **given: Any) -> None:
        use = use_of(dataset, Dataset, "dataset")
        made = options("snnd_batches_options", given)
        self._shape = (dataset.steps, dataset.channels)
        self._make(use.handle.owner, "snnd_batches_create_with", use.handle.pointer, c.byref(made),
                   free="snnd_batches_free", parents=[use.handle])

    def __len__(self) -> int:
        return self._ask("snnd_batches_count")

    def get(self, epoch: int, index: int) -> tuple[np.ndarray, np.ndarray, Optional[np.ndarray]]:
        """Returns x [B, T, I], y [B] and lengths [B] (or None) of batch `index` of epoch `epoch`, copied."""
        x, y, count = c.c_void_p(), c.c_void_p(), c.c_int32()
        with self._owner:
            self._call("snnd_batches_get", whole(epoch, "epoch"), whole(index, "index", 64), c.byref(x), c.byref(y),
                       c.byref(count))
            lengths = self._ask("snnd_batches_lengths")

            def copied(address, kind, *shape):
                memory = (kind * int(np.prod(shape))).from_address(address)
                return np.array(np.frombuffer(memory, kind).reshape(shape))

            n = count.value
            return (copied(x.value, c.c_float, n, *self._shape), copied(y.value, c.c_int32, n),
                    copied(lengths, c.c_int32, n) if lengths else None)
