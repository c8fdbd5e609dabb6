"""Golden cases through Python: a training run in double precision, number by number."""

import json
import unittest

import numpy as np

from support import ROOT, snndelay

PARAMETERS = {"weight": "weight", "position": "position", "bn_gamma": "scale", "bn_beta": "shift",
              "bn_mean": "running_mean", "bn_var": "running_variance"}
TRAINED = ("weight", "position", "bn_gamma", "bn_beta")


class Case:
    def __init__(self, name):
        self.folder = ROOT / "tests/golden" / name
        whole = json.loads((self.folder / "scalars.json").read_text())
        self.config, self.steps = whole["config"], whole["scalars"]

    def array(self, name):
        return np.load(self.folder / f"{name}.npy")

    def build(self):
        config = self.config
        net = snndelay.Network(config["inputs"])
        self.stages, self.dropouts = [], []
        for hidden in config["hidden"]:
            delays = net.add_delays(hidden, max_delay=config["taps"] - 1)
            self.stages.append((delays, net.add_batch_norm()))
            net.add_lif(tau=config["tau"], threshold=config["threshold"], alpha=config["alpha"])
            if config["dropout"]:
                self.dropouts.append(net.add_dropout(config["dropout"]))
        self.stages.append((net.add_delays(config["classes"], max_delay=config["taps"] - 1), None))
        net.add_leaky_integrator(tau=config["tau"])
        self.control(net)
        for layer, name, stem in self.arrays():
            values = self.array(f"init_{stem}")
            layer.set_array(name, values.astype(np.float32).reshape(layer.array(name).shape))
        return net

    def control(self, net):
        """The controller, whose masks and signs those of the case replace: only here are they written."""
        config, self.sparsity = self.config, None
        if not config["sparsity"]:
            return
        kind = snndelay.DeepR if config["dynamic"] else snndelay.FixedMask
        self.sparsity = kind(net, sparsity=config["sparsity"])
        for at, (layer, _) in enumerate(self.stages):
            for name in ("mask", "sign") if config["dynamic"] else ("mask",):
                there = layer._view(name)
                there[:] = self.array(f"init_{name}{at}").reshape(there.shape)

    def arrays(self, stems=tuple(PARAMETERS)):
        for at, (delays, norm) in enumerate(self.stages):
            for stem in stems:
                layer = norm if stem.startswith("bn") else delays
                if layer is not None:
                    yield layer, PARAMETERS[stem], f"{stem}{at}"


class Golden(unittest.TestCase):
    def close(self, found, expected, tolerance, what):
        error = np.abs(found.reshape(expected.shape) - expected).max() / np.abs(expected).max()
        self.assertLess(error, tolerance, what)

    def check(self, name):
        case = Case(name)
        net, config = case.build(), case.config
        workspace = snndelay.Workspace(net, config["batch"], config["time"])
        weights, positions = snndelay.Optimizer(net), snndelay.Optimizer(net, parameters="positions")
        for step in range(config["steps"]):
            stored = case.steps[step]
            weights.set_rate(stored["lr_weight"])
            weights.set_momentum(stored["beta1"])
            positions.set_rate(stored["lr_position"])
            net.sigma = stored["sigma"]
            for k, layer in enumerate(case.dropouts):
                workspace.set_dropout_mask(layer, case.array(f"step{step}_mask{k}"))
            workspace.forward(case.array(f"step{step}_x"))
            loss = workspace.loss(case.array(f"step{step}_y").astype(int), l1=config["l1"])
            self.assertAlmostEqual(loss.loss / stored["total_loss"], 1, delta=1e-5)
            workspace.backward()
            for layer, array, stem in case.arrays(TRAINED):
                self.close(workspace.gradient(layer, array, complete=True), case.array(f"step{step}_grad_{stem}"),
                           2e-3 if step else 1e-4, f"step {step}, {stem}")
            weights.step(workspace)
            positions.step(workspace)
            if case.sparsity:
                case.sparsity.step(workspace, weights)
                self.assertEqual([case.sparsity.regrown(layer) for layer, _ in case.stages], stored["regrown"])
            net.clamp()
        for layer, array, stem in case.arrays():
            self.close(layer.array(array), case.array(f"final_{stem}"), 2e-3, stem)
        for at, (layer, _) in enumerate(case.stages if case.sparsity else ()):
            exists = case.array(f"final_weight{at}" if config["dynamic"] else f"final_mask{at}") > 0
            np.testing.assert_array_equal(layer.mask[:, :, 0], exists)
            if config["dynamic"]:
                np.testing.assert_array_equal(layer.sign[:, :, 0], case.array(f"final_sign{at}"))
        workspace.forward(case.array(f"step{config['steps'] - 1}_x"), "evaluate")
        self.close(workspace.record(net.layers[-1]), case.array("eval_output"), 1e-5, "evaluation")
        np.testing.assert_array_equal(workspace.predictions(), case.steps[-1]["eval_predictions"])

    def test_wide_sigma(self):
        self.check("dense-wide-sigma")

    def test_narrow_sigma(self):
        self.check("dense-narrow-sigma")

    def test_two_hidden_layers_and_dropout(self):
        self.check("two-hidden-dropout")

    def test_fixed_mask(self):
        self.check("fixed-mask")

    def test_deep_r_with_signs(self):
        self.check("deepr-rigl-dale")


if __name__ == "__main__":
    unittest.main()
