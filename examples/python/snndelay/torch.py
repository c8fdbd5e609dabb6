"""Delayed synapses as a layer of PyTorch's: forward and all gradients are the library's, on the CPU, in float32."""

from __future__ import annotations

import threading
from typing import Any, Optional

import torch

from ._context import Context
from ._network import Network
from ._training import Workspace


class _Pass(torch.autograd.Function):
    """A pass of the library's. The workspace has the last one only, so that an earlier one is recomputed where its
    gradients are wanted; the bits are the same."""

    @staticmethod
    def forward(at, layer, x, weight, position, mode):
        at.layer, at.mode, at.sigma = layer, mode, float(layer.sigma)
        at.save_for_backward(x, weight, position)
        at.number, output = layer._pass(x, weight, position, mode, at.sigma)
        return output

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(at, gradient):
        if at.mode != "train":
            raise RuntimeError("a layer of delays has whole delays after eval(), and no gradients: call train() before "
                               "the forward pass, or make that pass under torch.no_grad()")
        return (None, *at.layer._back(at.number, at.sigma, *at.saved_tensors, gradient), None)


class Delays(torch.nn.Module):
    """Synapses with learned delays: x [B, T, inputs] -> [B, T, outputs].

    Parameters are `weight` [outputs, inputs, C] and `position` [outputs, inputs, C], in steps from -max_delay/2 to
    max_delay/2; the delay is max_delay/2 - position. In training a synapse is spread over the steps round its delay, as
    wide as `sigma` says (half of max_delay at first, to be narrowed by whoever trains); in evaluation, after eval(), it
    has a whole delay, and there are no gradients. Call clamp() after each step of an optimizer. Further options are
    those of Network.add_delays(). The state dict has sigma, too. A copy, and what torch.load() returns, work in the
    context of the thread that makes them.
    """

    def __init__(self, inputs: int, outputs: int, max_delay: int = 24, *, context: Optional[Context] = None,
                 seed: Optional[int] = None, **given: Any) -> None:
        super().__init__()
        self._made = (inputs, outputs, max_delay, given)
        self._begin(context)
        # As reproducible as torch's own layers are.
        self._network.initialize(int(torch.randint(2**62, ()).item()) if seed is None else seed)
        self.max_delay, self.sigma = max_delay, self._network.sigma
        self.weight = torch.nn.Parameter(torch.from_numpy(self._layer.weight.copy()))
        self.position = torch.nn.Parameter(torch.from_numpy(self._layer.position.copy()),
                                           requires_grad=bool(self._layer.options["learn_delays"]))

    def _begin(self, context):
        """Makes what is the library's, and a lock: a pass is several calls, and one thread at a time makes them."""
        inputs, outputs, max_delay, given = self._made
        self._lock = threading.RLock()
        self._network = Network(inputs, context=context)
        self._layer = self._network.add_delays(outputs, max_delay=max_delay, **given)
        self._workspace: Any = None
        self._size, self._passes = (0, 0), 0

    def __getstate__(self):
        librarys = ("_lock", "_network", "_layer", "_workspace", "_size", "_passes")
        return {key: value for key, value in self.__dict__.items() if key not in librarys}

    def __setstate__(self, state):
        super().__setstate__(state)
        self._begin(None)

    def get_extra_state(self) -> torch.Tensor:
        """Returns sigma, for the state dict."""
        return torch.tensor(float(self.sigma), dtype=torch.float64)

    def set_extra_state(self, state: torch.Tensor) -> None:
        """Takes sigma from a state dict."""
        self.sigma = float(state)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Returns what arrives at the neurons, [B, T, outputs], for x [B, T, inputs]."""
        return _Pass.apply(self, x, self.weight, self.position, "train" if self.training else "evaluate")

    def clamp(self) -> None:
        """Puts positions back into their range."""
        with torch.no_grad():
            self.position.clamp_(-self.max_delay / 2, self.max_delay / 2)

    @property
    def delays(self) -> torch.Tensor:
        """These are the delays in steps, [outputs, inputs, C], as training has them."""
        return self.max_delay / 2 - self.position.detach()

    def _pass(self, x, weight, position, mode, sigma):
        batch, steps = x.shape[:2]
        with self._lock:
            if self._workspace is None or batch > self._size[0] or steps != self._size[1]:
                self._workspace, self._size = Workspace(self._network, batch, steps), (batch, steps)
            self._network.sigma = sigma
            self._layer.weight[:] = weight.detach().numpy()
            self._layer.position[:] = position.detach().numpy()
            self._workspace.forward(x, mode)
            self._passes += 1
            return self._passes, torch.from_numpy(self._workspace.record(self._layer)).transpose(0, 1).contiguous()

    def _back(self, number, sigma, x, weight, position, gradient):
        with self._lock:
            if number != self._passes:
                self._pass(x, weight, position, "train", sigma)
            workspace, layer = self._workspace, self._layer
            workspace.add_gradient(layer, gradient.transpose(0, 1))
            workspace.backward()
            # A second backward pass through the same graph makes the forward pass again.
            self._passes += 1
            found = [workspace.input_gradient(), workspace.gradient(layer, "weight").copy()]
            found.append(workspace.gradient(layer, "position").copy() if position.requires_grad else None)
        return [None if each is None else torch.from_numpy(each) for each in found]

    def extra_repr(self) -> str:
        return f"{self._network.inputs}, {self._network.outputs}, max_delay={self.max_delay}"
