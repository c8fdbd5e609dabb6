#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The training of doc/model.md the PyTorch way: float32, a convolution for the delays, a loop over time for
the neurons, automatic differentiation. The tables in doc/ set the library beside it.

    train_torch.py DIR [options]

DIR holds training_x_data.npy [N, T, I] float32, training_y_data.npy [N], testing_x_data.npy and testing_y_data.npy.
Prints one JSON object an epoch; `seconds` is the time of its training alone. Needs PyTorch 1.13 or newer and NumPy.
"""
import argparse
import json
import math
import os
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional

INPUT_SCALE = 20.0
TAU = 10.05
THRESHOLD = 1.0
STEEPNESS = 5.0
SIGMA_END = 0.23
GAUSS_FLOOR = 0.27  # added to sigma in the width of the Gaussian
NORMALISER = 1e-7  # added to the sum of a profile
NEWBORN = 1e-12  # theta of a synapse that has just grown
PEAK_RATE = 5e-3
POSITION_RATE = 0.1


class Fire(torch.autograd.Function):
    """1 above the threshold, else 0; its derivative is taken to be that of an arctan."""

    @staticmethod
    def forward(ctx, excess):
        ctx.save_for_backward(excess)
        return (excess > 0).to(excess.dtype)

    @staticmethod
    def backward(ctx, upstream):
        (excess,) = ctx.saved_tensors
        return upstream * (STEEPNESS / 2) / (1 + (math.pi / 2 * STEEPNESS * excess).square())


class DelayedSynapses(nn.Module):
    """A weight (or theta and a sign) and a position for every pair of neurons; [B, I, T] -> [B, O, T]."""

    def __init__(self, inputs, outputs, max_delay, sparsity=None, dale=True):
        super().__init__()
        self.half = max_delay // 2
        bound = math.sqrt(6 / inputs)
        weight = torch.empty(outputs, inputs).uniform_(-bound, bound)
        self.position = nn.Parameter(torch.empty(outputs, inputs).uniform_(-self.half, self.half))
        self.register_buffer("tap", torch.arange(2.0 * self.half + 1).to(weight.dtype))
        self.register_buffer("sign", None)
        self.target = None  # synapses to be kept, where the structure is learned
        if sparsity is not None:
            self.target = math.floor((1 - sparsity) * weight.numel())
            exists = torch.zeros(weight.numel())
            exists[torch.randperm(weight.numel())[: self.target]] = 1
            weight = weight.abs() * exists.view_as(weight)
            drawn = torch.randint(0, 2, (1, inputs) if dale else (outputs, inputs))
            self.sign = (2 * drawn - 1).to(weight.dtype).expand(outputs, inputs).clone()
        self.weight = nn.Parameter(weight)

    def signed_weight(self):
        return self.weight if self.sign is None else self.sign * self.weight

    def taps(self, sigma):
        """[O, I, K]; in evaluation one tap a synapse, at the whole delay nearest to its position."""
        if self.training:
            offset = self.tap - (self.position + self.half).unsqueeze(-1)
            share = torch.exp(-0.5 * (offset / (sigma + GAUSS_FLOOR)).square())
        else:
            offset = self.tap - (self.position.round().clamp(-self.half, self.half) + self.half).unsqueeze(-1)
            share = (1 - offset.abs()).clamp(min=0)
        share = share / (share.sum(-1, keepdim=True) + NORMALISER)
        return self.signed_weight().unsqueeze(-1) * share

    def forward(self, x, sigma):
        return functional.conv1d(functional.pad(x, (2 * self.half, 0)), self.taps(sigma))

    @torch.no_grad()
    def rewire(self, existed):
        """Drops what the optimizer made non-positive and grows as many where the gradient is most negative. `existed`
        is the mask before the optimizer's step. Returns how many grew."""
        if self.target is None:
            return 0
        self.weight.mul_(existed)
        exists = self.weight > 0
        missing = self.target - int(exists.sum())
        if missing > 0:
            wish = self.weight.grad.masked_fill(exists, math.inf).flatten()
            self.weight.view(-1)[wish.topk(missing, largest=False).indices] = NEWBORN
        return missing


class Neurons(nn.Module):
    """Leaky integrate-and-fire neurons that reset to zero; [B, O, T] currents -> [B, O, T] spikes."""

    def forward(self, current):
        potential = torch.zeros_like(current[:, :, 0])
        arriving = potential
        spikes = []
        for now in current.unbind(2):
            spike = Fire.apply(potential - THRESHOLD)
            spikes.append(spike)
            potential = ((1 - 1 / TAU) * potential + arriving) * (1 - spike.detach())
            arriving = now
        return torch.stack(spikes, 2)


class Integrators(nn.Module):
    """Neurons that never fire; [B, O, T] currents -> [B, O, T] potentials."""

    def forward(self, current):
        potential = torch.zeros_like(current[:, :, 0])
        arriving = potential
        potentials = []
        for now in current.unbind(2):
            potential = (1 - 1 / TAU) * potential + arriving
            potentials.append(potential)
            arriving = now
        return torch.stack(potentials, 2)


class SteadyDropout(nn.Module):
    """One mask a sample and neuron, the same at all times."""

    def __init__(self, probability):
        super().__init__()
        self.probability = probability

    def forward(self, spikes):
        if not self.training or self.probability == 0:
            return spikes
        keep = 1 - self.probability
        return spikes * (torch.empty_like(spikes[:, :, :1]).bernoulli_(keep) / keep)


class Network(nn.Module):
    """The chain of doc/model.md; [B, T, I] -> scores [B, classes]."""

    def __init__(self, sizes, max_delay, sparsity=None, dale=True, dropout=0.0):
        super().__init__()
        self.sigma = float(max_delay // 2)
        pairs = list(zip(sizes, sizes[1:]))
        self.synapses = nn.ModuleList(DelayedSynapses(i, o, max_delay, sparsity, dale) for i, o in pairs)
        self.norms = nn.ModuleList(nn.BatchNorm1d(width) for width in sizes[1:-1])
        self.neurons, self.dropout, self.readout = Neurons(), SteadyDropout(dropout), Integrators()

    def potentials(self, x):
        """[B, classes, T]"""
        x = x.transpose(1, 2)
        for synapses, norm in zip(self.synapses, self.norms):
            x = self.dropout(self.neurons(norm(synapses(x, self.sigma))))
        return self.readout(self.synapses[-1](x, self.sigma))

    def forward(self, x):
        return self.potentials(x).softmax(1).sum(2)

    def penalty(self):
        return sum(layer.weight.abs().sum() for layer in self.synapses)

    def active(self):
        return sum(int((layer.weight != 0).sum() if layer.target is None else (layer.weight > 0).sum())
                   for layer in self.synapses)


class Training:
    """Optimizers, schedules and rewiring of a network."""

    def __init__(self, network, epochs, l1):
        self.network, self.l1 = network, l1
        positions = [layer.position for layer in network.synapses]
        others = [layer.weight for layer in network.synapses] + list(network.norms.parameters())
        self.weights = torch.optim.Adam(others, lr=PEAK_RATE / 5)
        self.positions = torch.optim.Adam(positions, lr=POSITION_RATE)
        self.schedules = [
            torch.optim.lr_scheduler.OneCycleLR(self.weights, max_lr=PEAK_RATE, total_steps=epochs),
            torch.optim.lr_scheduler.CosineAnnealingLR(self.positions, T_max=epochs),
        ]
        self.narrowing_epochs = epochs // 4
        self.narrowing = (SIGMA_END / network.sigma) ** (1 / max(1, self.narrowing_epochs)) if network.sigma > 0 else 1
        self.epoch = 0

    def step(self, x, y):
        """One batch; returns the loss and how many were right."""
        self.weights.zero_grad()
        self.positions.zero_grad()
        scores = self.network(x)
        loss = functional.cross_entropy(scores, y) + self.l1 * self.network.penalty()
        loss.backward()
        existed = [layer.weight.detach() > 0 for layer in self.network.synapses]
        self.weights.step()
        self.positions.step()
        for layer, mask in zip(self.network.synapses, existed):
            layer.rewire(mask)
            with torch.no_grad():
                layer.position.clamp_(-layer.half, layer.half)
        return loss.item(), int((scores.argmax(1) == y).sum())

    def end_epoch(self):
        for schedule in self.schedules:
            schedule.step()
        if self.epoch < self.narrowing_epochs and self.network.sigma > SIGMA_END:
            self.network.sigma *= self.narrowing
        self.epoch += 1


def train_epoch(training, x, y, batch):
    """Mean loss and accuracy over the samples, in a new order; the last, smaller batch counts."""
    training.network.train()
    total, right = 0.0, 0
    for chosen in torch.randperm(len(y)).split(batch):
        loss, correct = training.step(x[chosen], y[chosen])
        total += loss * len(chosen)
        right += correct
    return total / len(y), right / len(y)


@torch.no_grad()
def accuracy(network, x, y, batch):
    network.eval()
    right = sum(int((network(some).argmax(1) == labels).sum()) for some, labels in zip(x.split(batch), y.split(batch)))
    return right / len(y)


def load(folder, part):
    x = np.load(os.path.join(folder, part + "_x_data.npy")).astype(np.float32) * np.float32(INPUT_SCALE)
    y = np.load(os.path.join(folder, part + "_y_data.npy")).astype(np.int64).reshape(-1)
    return torch.from_numpy(x), torch.from_numpy(y)


def sizes_of(text):
    return [int(width) for width in text.split(",")]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--epochs", type=int, default=150)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--hidden", type=sizes_of, default=[256], help="neurons of the hidden layers: N[,N...]")
    parser.add_argument("--max-delay", type=int, default=24, help="in steps; even")
    parser.add_argument("--structure", choices=["dense", "deep-r"], default="dense")
    parser.add_argument("--sparsity", type=float, default=0.875, help="of deep-r")
    parser.add_argument("--dale", dest="dale", action="store_true", default=True, help="of deep-r; the default")
    parser.add_argument("--no-dale", dest="dale", action="store_false")
    parser.add_argument("--l1", type=float, default=0.0)
    parser.add_argument("--dropout", type=float, default=0.4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=0, help="0: as PyTorch likes")
    parser.add_argument("--classes", type=int, default=0, help="0: the highest label plus one")
    return parser.parse_args()


def main():
    options = parse_arguments()
    if options.threads > 0:
        torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)  # narrow profiles are full of denormals, which make convolutions several times slower
    torch.manual_seed(options.seed)
    x, y = load(options.folder, "training")
    test_x, test_y = load(options.folder, "testing")
    classes = options.classes or 1 + int(max(y.max(), test_y.max()))
    sparsity = options.sparsity if options.structure == "deep-r" else None
    sizes = [x.shape[2], *options.hidden, classes]
    network = Network(sizes, options.max_delay, sparsity, options.dale, options.dropout)
    training = Training(network, options.epochs, options.l1)
    for epoch in range(options.epochs):
        sigma, start = network.sigma, time.perf_counter()
        loss, train_accuracy = train_epoch(training, x, y, options.batch)
        seconds = time.perf_counter() - start
        training.end_epoch()
        line = {"epoch": epoch, "train_loss": loss, "train_accuracy": train_accuracy,
                "test_accuracy": accuracy(network, test_x, test_y, options.batch), "sigma": sigma,
                "seconds": round(seconds, 3), "active": network.active()}
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
