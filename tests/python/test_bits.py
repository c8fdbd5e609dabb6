"""What Python makes has the bits of what C makes."""

import os
import subprocess
import tempfile
import unittest

import numpy as np

from support import network, program, rhythms, snndelay


def made_by(name):
    """The file that an example in C writes."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program(name)], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(folder, "rhythms.safetensors"), "rb") as file:
            return file.read()


def own_loop(x, y):
    """examples/own-loop.c."""
    epochs, batch = 80, 32
    net = network(32)
    sparsity = snndelay.DeepR(net, sparsity=0.25)
    workspace = snndelay.Workspace(net, batch, x.shape[1])
    weights, positions = snndelay.Optimizer(net), snndelay.Optimizer(net, parameters="positions")
    weight_rate = snndelay.Schedule("one_cycle", epochs=epochs, value=5e-3)
    position_rate = snndelay.Schedule("cosine", epochs=epochs, value=0.1)
    sigma = snndelay.Schedule("exponential", epochs=epochs // 4, value=net.sigma, final=0.23)
    walk = snndelay.Batches(snndelay.Dataset(x, y), batch=batch, shuffle=1)
    step = 0
    for epoch in range(epochs):
        rate, momentum = weight_rate.at(epoch)
        weights.set_rate(rate)
        weights.set_momentum(momentum)
        positions.set_rate(position_rate.at(epoch)[0])
        net.sigma = sigma.at(epoch)[0]
        for b in range(len(walk)):
            part, labels, _ = walk.get(epoch, b)
            workspace.set_draw(0, step)
            step += 1
            workspace.forward(part)
            workspace.loss(labels)
            workspace.backward()
            weights.step(workspace)
            positions.step(workspace)
            sparsity.step(workspace, weights)
            net.clamp()
        sparsity.end_epoch(weights)
    return net


class Bits(unittest.TestCase):
    def test_trainer(self):
        x, y = rhythms()
        net = network()
        trainer = snndelay.Trainer(net, epochs=40, batch=32)
        for _ in trainer.run(x, y):
            pass
        self.assertEqual(trainer.evaluate(x, y).accuracy, 1)
        self.assertEqual(net.to_bytes(), made_by("MINIMAL"))

    def test_own_loop(self):
        self.assertEqual(own_loop(*rhythms()).to_bytes(), made_by("OWN_LOOP"))

    def test_stream_is_the_batch(self):
        x, _ = rhythms()
        net = network()
        workspace = snndelay.Workspace(net, 8, 40, gradients=False)
        workspace.forward(x[:8], "evaluate")
        scores, potentials = workspace.scores(), workspace.record(net.layers[-1])
        plan = snndelay.Plan(net)
        for n in range(8):
            stream = snndelay.Stream(plan)
            for t, frame in enumerate(x[n]):
                found = stream.push(frame)
                np.testing.assert_array_equal(stream.potentials, potentials[t, n])
            np.testing.assert_array_equal(found, scores[n])


if __name__ == "__main__":
    unittest.main()
