#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Times the steps of snnd-bench done by PyTorch (train_torch.py): the peer to compare with.

    step_torch.py [--mode train|eval] [options of snnd-bench]

Denormal numbers count as 0 unless --denormals is given: narrow delay profiles are full of them, and with them PyTorch
takes several times as long. Needs PyTorch 1.13 or newer and NumPy."""
import argparse
import json
import os
import resource
import statistics
import sys
import time

# The number of threads must be known before PyTorch is.
THREADS = next((value for option, value in zip(sys.argv, sys.argv[1:]) if option == "--threads"), "2")
os.environ["OMP_NUM_THREADS"] = THREADS

import torch  # noqa: E402
from torch.nn import functional  # noqa: E402
from train_torch import NEWBORN, Network, sizes_of  # noqa: E402

RULES = ["dense", "fixed", "deep-r-random", "deep-r-gradient"]
L1 = 1e-5
WARM_UP = 2  # steps that are not timed


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mode", choices=["train", "eval"], default="train")
    parser.add_argument("--inputs", type=int, default=40)
    parser.add_argument("--hidden", type=sizes_of, default=[256], metavar="N,...")
    parser.add_argument("--classes", type=int, default=20)
    parser.add_argument("--steps", type=int, default=80)
    parser.add_argument("--taps", type=int, default=25, help="odd")
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--sigma", type=float, default=0.23)
    parser.add_argument("--sparsity", type=float, help="0.875 with a rule other than dense")
    parser.add_argument("--rule", choices=RULES, default="dense")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--samples", type=int, metavar="N", help="of an epoch, whose time is then told, too")
    parser.add_argument("--repeat", type=int, default=10, help="steps that are timed")
    parser.add_argument("--denormals", action="store_true",
                        help="compute with denormal numbers, which are very slow, instead of taking them as 0")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.taps % 2 == 0:
        parser.error("--taps must be odd")
    if options.rule == "dense":
        if options.sparsity:
            parser.error("--sparsity needs a rule other than dense")
        options.sparsity = 0.0
    elif options.sparsity is None:
        options.sparsity = 0.875
    return options


class Bench:
    """A network, one batch, and what trains on it."""

    def __init__(self, options):
        self.rule = options.rule
        sizes = [options.inputs, *options.hidden, options.classes]
        sparsity = options.sparsity if options.rule.startswith("deep-r") else None
        self.network = Network(sizes, options.taps - 1, sparsity, dropout=0.4)
        self.network.sigma = options.sigma
        self.x = torch.rand(options.batch, options.steps, options.inputs) * 16
        self.y = torch.arange(options.batch) * 7 % options.classes
        layers = list(self.network.synapses)
        self.masks = [self.fixed_mask(layer, options.sparsity) for layer in layers] if options.rule == "fixed" else []
        weights = [layer.weight for layer in layers] + list(self.network.norms.parameters())
        self.weights = torch.optim.Adam(weights, lr=1e-3)
        self.positions = torch.optim.Adam([layer.position for layer in layers], lr=0.1)

    @staticmethod
    @torch.no_grad()
    def fixed_mask(layer, sparsity):
        mask = torch.zeros(layer.weight.numel())
        mask[torch.randperm(mask.numel())[: int((1 - sparsity) * mask.numel())]] = 1
        mask = mask.view_as(layer.weight)
        layer.weight.mul_(mask)
        return mask

    @staticmethod
    @torch.no_grad()
    def grow_at_random(layer, existed):
        """As DelayedSynapses.rewire(), but any of the absent synapses may grow."""
        layer.weight.mul_(existed)
        absent = (layer.weight <= 0).flatten().nonzero().flatten()
        missing = layer.target - (layer.weight.numel() - absent.numel())
        if missing > 0:
            layer.weight.view(-1)[absent[torch.randperm(absent.numel())[:missing]]] = NEWBORN

    @torch.no_grad()
    def rewire(self, existed):
        for i, layer in enumerate(self.network.synapses):
            if self.rule == "fixed":
                layer.weight.mul_(self.masks[i])
            elif self.rule == "deep-r-random":
                self.grow_at_random(layer, existed[i])
            elif self.rule == "deep-r-gradient":
                layer.rewire(existed[i])
            layer.position.clamp_(-layer.half, layer.half)

    def train(self):
        self.weights.zero_grad()
        self.positions.zero_grad()
        loss = functional.cross_entropy(self.network(self.x), self.y) + L1 * self.network.penalty()
        loss.backward()
        existed = [layer.weight.detach() > 0 for layer in self.network.synapses]
        self.weights.step()
        self.positions.step()
        self.rewire(existed)
        return loss.item()

    @torch.no_grad()
    def evaluate(self):
        return functional.cross_entropy(self.network(self.x), self.y).item()

    @torch.no_grad()
    def settle(self):
        """Gives batch norm the statistics of a few samples, so that neurons fire as after training."""
        for norm in self.network.norms:
            norm.momentum = 1.0
        self.network(self.x[:16])


def measure(bench, options):
    """Milliseconds of each step, and of processors in a step."""
    if options.mode == "eval":
        bench.settle()
        bench.network.eval()
    step = bench.train if options.mode == "train" else bench.evaluate
    times = []
    processor = 0.0
    for i in range(WARM_UP + options.repeat):
        if i == WARM_UP:
            processor = time.process_time()
        begin = time.perf_counter()
        step()
        times.append((time.perf_counter() - begin) * 1e3)
    return sorted(times[WARM_UP:]), (time.process_time() - processor) * 1e3 / options.repeat


def main():
    options = parse_arguments()
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(not options.denormals)
    torch.manual_seed(1)
    bench = Bench(options)
    times, processor = measure(bench, options)
    result = {"peer": "PyTorch " + torch.__version__, "mode": options.mode, "rule": options.rule,
              "sparsity": options.sparsity, "sigma": options.sigma, "batch": options.batch, "steps": options.steps,
              "taps": options.taps, "inputs": options.inputs, "hidden": options.hidden[0],
              "hidden_layers": len(options.hidden), "classes": options.classes, "denormals": options.denormals,
              "step_ms": round(statistics.median(times), 4), "min_ms": round(times[0], 4),
              "max_ms": round(times[-1], 4), "processor_ms": round(processor, 4), "repeat": options.repeat, "threads": options.threads,
              "peak_rss_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, "synapses": bench.network.active(),
              "times_ms": [round(t, 4) for t in times]}
    if options.samples:
        steps = -(-options.samples // options.batch)
        result.update(samples=options.samples, epoch_steps=steps, epoch_seconds=round(result["step_ms"] * steps / 1e3, 3))
    if options.json:
        print(json.dumps(result))
    else:
        print("{peer}, {mode}, {rule}, sparsity {sparsity:g}, sigma {sigma:g}, batch {batch}: {step_ms:.2f} ms "
              "({min_ms:.2f} to {max_ms:.2f} in {repeat}), {threads} threads".format(**result))
        if options.samples:
            print("epoch {epoch_seconds:.1f} s of {epoch_steps} steps, for {samples} samples; "
                  "a step takes {processor_ms:.1f} ms of processors".format(**result))


if __name__ == "__main__":
    main()
