"""A trained network at work: plans, streams, and export as C."""

from __future__ import annotations

import ctypes as c
import threading
from typing import Any, Iterable, Iterator, Optional, Union

import numpy as np

from ._data import Dataset
from ._files import Place, is_file, writer
from ._handles import Object, of_kind, use_of
from ._library import (Error, Numbers, Result, array_of, library, options, path_of, pointer, result, status_word,
                       structure)
from ._network import Network


class Plan(Object):
    """A plan is a copy of a network that is frozen for inference. Any number of streams share it."""

    def __init__(self, network: Network) -> None:
        use = use_of(network, Network, "network")
        self._make(use.handle.owner, "snnd_plan_create", use.handle.pointer, free="snnd_plan_free",
                   parents=use.handle.parents)

    @property
    def inputs(self) -> int:
        """This is the number of channels of a frame."""
        return self._ask("snnd_plan_inputs")

    @property
    def outputs(self) -> int:
        """This is the number of neurons of the last layer."""
        return self._ask("snnd_plan_outputs")

    @property
    def synapses(self) -> int:
        """This is the number of synapses that carry something."""
        return self._ask("snnd_plan_synapses")

    @property
    def stream_size(self) -> int:
        """This is the memory that a stream takes, in bytes."""
        return self._ask("snnd_stream_size")


def plan_of(network):
    given = of_kind(network, (Network, Plan), "network")
    return given if isinstance(given, Plan) else Plan(given)


class Stream(Object):
    """A stream takes one input through a network or a Plan, frame by frame. The option is readout ("network"), as
    Network.readout has it. Streams of one plan may work in several threads at the same time."""

    def __init__(self, network: Union[Network, Plan], **given: Any) -> None:
        plan = plan_of(network)
        use = plan._live()
        self._begin(plan)
        self._make(use.handle.owner, "snnd_stream_create", use.handle.pointer,
                   c.byref(options("snnd_stream_options", given)), free="snnd_stream_free", parents=[use.handle])

    def _begin(self, plan):
        self.plan, self._lock = plan, threading.Lock()
        self.inputs, self.outputs = plan.inputs, plan.outputs
        self._potentials = np.zeros(self.outputs, np.float32)
        self._address = pointer(self._potentials)

    def _do(self, name, *arguments):
        """Calls a function that touches this stream alone: the context may be busy in another thread."""
        use = self._live()
        with self._lock:
            self._status(getattr(library, name)(use.handle.pointer, *arguments), use)

    def _status(self, status, use):
        if status:
            sentence = library.snnd_stream_last_error(use.handle.pointer).decode(errors="replace")
            raise Error(sentence or library.snnd_status_string(status).decode(), status_word(status))

    def push(self, frame: Numbers) -> np.ndarray:
        """Takes one step with frame [inputs], and returns the scores [outputs] over all frames so far."""
        frame = array_of(frame, np.float32, "frame")
        if frame.shape != (self.inputs,):
            raise ValueError(f"frame has the shape {frame.shape}; expected {(self.inputs,)}")
        scores = np.empty(self.outputs, np.float32)
        self._do("snnd_stream_push", pointer(frame), self._address, pointer(scores))
        return scores

    def push_events(self, channels: Numbers) -> np.ndarray:
        """Takes one step of spikes, and returns the scores [outputs] over all frames so far. channels [count] has the
        channel of each spike; one with several spikes is there as often."""
        channels, scores = array_of(channels, np.int32, "channels", 1), np.empty(self.outputs, np.float32)
        self._do("snnd_stream_push_events", pointer(channels), len(channels), self._address, pointer(scores))
        return scores

    def run(self, frames: Iterable[Numbers]) -> Iterator[np.ndarray]:
        """Pushes each of `frames` [inputs], and yields the scores [outputs] after it."""
        for frame in frames:
            yield self.push(frame)

    @property
    def potentials(self) -> np.ndarray:
        """These are the potentials of the last layer at the last frame, [outputs]."""
        with self._lock:
            return self._potentials.copy()

    @property
    def frames(self) -> int:
        """This is the number of frames since the stream was made or reset."""
        use = self._live()
        with self._lock:
            return library.snnd_stream_frames(use.handle.pointer)

    def reset(self) -> None:
        """Begins anew, as if there had been no frame."""
        self._do("snnd_stream_reset")
        self._potentials[:] = 0

    def clone(self) -> Stream:
        """Returns another stream in the same state."""
        use = self._live()
        stream = Stream.__new__(Stream)
        stream._begin(self.plan)
        with use.handle.owner, self._lock:
            out = c.c_void_p()
            self._status(library.snnd_stream_clone(use.handle.pointer, c.byref(out)), use)
            stream._hold(use.handle.owner, out.value, "snnd_stream_free", use.handle.parents)
            stream._potentials[:] = self._potentials
        return stream

    def state(self) -> bytes:
        """Returns the state as bytes, which are the same on every machine."""
        use = self._live()
        with self._lock:
            size = library.snnd_stream_state_size(use.handle.pointer)
            memory = c.create_string_buffer(size)
            self._status(library.snnd_stream_save(use.handle.pointer, memory, size), use)
        return memory.raw

    def restore(self, state: bytes) -> None:
        """Goes on from a state that state() returned, of a stream of the same network."""
        state = bytes(memoryview(state))
        self._do("snnd_stream_restore", c.cast(c.c_char_p(state), c.c_void_p), len(state))


def export_c(network: Union[Network, Plan], source: Place, header: Place, *, header_name: Optional[str] = None,
             samples: Optional[Dataset] = None, **given: Any) -> Result:
    """Writes a network or a Plan as one C99 file and its header. The options are numbers ("float32", "fixed"), readout
    ("network"), and name ("snn"), with which all names in C begin; fixed point needs largest_input (0), the largest
    magnitude of an input, or samples, a Dataset of inputs. The report has ram and flash in bytes, synapses, and the
    units of the numbers.

    Both places are paths, or files that are open in binary mode. With files the source includes the header as
    `header_name`, which is the name with .h unless it is given.
    """
    plan = plan_of(network)
    made, report = options("snnd_export_c_options", given), structure("snnd_export_c_report")
    use = None
    if samples is not None:
        use = use_of(samples, Dataset, "samples")
        if use.handle.owner is not plan._owner:
            raise ValueError("the samples belong to another context than the network")
        made.samples = use.handle.pointer
    if is_file(source) != is_file(header):
        raise TypeError("source and header have to be paths, or files, and not one of each")
    if is_file(source):
        header_name = f"{given.get('name', 'snn')}.h" if header_name is None else header_name
        plan._call("snnd_export_c_write", c.byref(made), c.byref(writer(source, plan._owner)),
                   c.byref(writer(header, plan._owner)), header_name.encode(), c.byref(report))
    elif header_name is not None:
        raise TypeError("header_name is for files; the path of the header has its name")
    else:
        plan._call("snnd_export_c", c.byref(made), path_of(source), path_of(header), c.byref(report))
    del use
    return result(report)
