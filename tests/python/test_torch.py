"""With PyTorch: tensors without a copy, state dicts of DCLS, and the layer."""

import copy
import importlib.util
import io
import sys
import threading
import unittest
import warnings

import numpy as np

from support import network, rhythms, snndelay

# Meson counts a program that ends with 77 as skipped.
if importlib.util.find_spec("torch") is None:
    print("PyTorch is not there")
    sys.exit(77)
# The package imports it when the layer is first wanted.
assert "torch" not in sys.modules
Delays = snndelay.torch.Delays

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402


class Tensors(unittest.TestCase):
    def test_tensors_on_the_cpu_are_not_copied(self):
        from snndelay._library import array_of
        x = torch.rand(4, 10, 2, requires_grad=True)
        self.assertEqual(array_of(x, np.float32, "x").ctypes.data, x.data_ptr())

    def test_training_on_tensors(self):
        found = []
        for make in (np.asarray, torch.from_numpy):
            x, y = map(make, rhythms())
            net = network()
            snndelay.Trainer(net, epochs=3, batch=32).epoch(x, y)
            found.append(net.to_bytes())
        self.assertEqual(*found)


def profile(position, sigma, taps):
    """DCLS's Gaussian, normalised over the taps."""
    distance = torch.arange(taps, dtype=torch.float64) - (taps - 1) / 2 - position[..., None]
    spread = torch.exp(-0.5 * (distance / (abs(sigma) + 0.27)) ** 2)
    return spread / (spread.sum(-1, keepdim=True) + 1e-7)


def convolution(x, weight, position, sigma, taps):
    """The layer by PyTorch's convolution, in double precision."""
    kernel = (weight[..., None] * profile(position, sigma, taps)).sum(2)
    return F.conv1d(F.pad(x.transpose(1, 2), (taps - 1, 0)), kernel).transpose(1, 2)


class Layer(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(1)

    def test_against_pytorchs_convolution(self):
        layer = Delays(3, 4, 8, synapses_per_pair=2)
        layer.sigma = 1.5
        x = torch.randn(5, 20, 3, requires_grad=True)
        output = layer(x)
        gradient = torch.randn(5, 20, 4)
        output.backward(gradient)
        wide = [each.detach().double().requires_grad_() for each in (x, layer.weight, layer.position)]
        expected = convolution(*wide, 1.5, 9)
        expected.backward(gradient.double())
        torch.testing.assert_close(output.double(), expected, rtol=1e-5, atol=1e-5)
        for found, other in zip((x, layer.weight, layer.position), wide):
            torch.testing.assert_close(found.grad.double(), other.grad, rtol=1e-4, atol=1e-4)

    def test_gradcheck(self):
        layer = Delays(2, 3, 6)
        layer.sigma = 1.5
        x = torch.randn(2, 8, 2, requires_grad=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")

            def function(x, weight, position):
                from snndelay.torch import _Pass
                return _Pass.apply(layer, x, weight, position, "train")

            inside = (0.5 * layer.position.detach()).requires_grad_()
            self.assertTrue(torch.autograd.gradcheck(function, (x, layer.weight, inside), eps=1e-2, atol=2e-3,
                                                     rtol=1e-2))

    def test_two_passes_of_one_layer(self):
        layer = Delays(4, 4, 4)
        x = torch.randn(3, 12, 4)

        def gradient(parts):
            layer.zero_grad()
            sum((layer(layer(part)) ** 2).sum() for part in parts).backward()
            return layer.weight.grad.clone(), layer.position.grad.clone()

        whole, halves = gradient([x]), gradient([x[:1], x[1:]])
        for one, other in zip(whole, halves):
            torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)

    def test_learns_in_a_chain_of_pytorchs(self):
        x, y = map(torch.from_numpy, rhythms())
        chain = torch.nn.Sequential(Delays(2, 16, 24), torch.nn.ReLU(), torch.nn.Linear(16, 2))
        optimizer = torch.optim.Adam(chain.parameters(), 0.1)
        for step in range(100):
            chain[0].sigma = max(0.5, 12 * 0.95 ** step)
            optimizer.zero_grad()
            loss = F.cross_entropy((chain(x / 8) ** 2).sum(1), y)
            loss.backward()
            optimizer.step()
            chain[0].clamp()
        self.assertLess(loss.item(), 0.2)
        chain.eval()
        with torch.no_grad():
            right = ((chain(x / 8) ** 2).sum(1).argmax(1) == y).double().mean()
        self.assertGreater(right, 0.9)

    def test_states(self):
        one, other = Delays(3, 4), Delays(3, 4)
        other.load_state_dict(one.state_dict())
        x = torch.randn(2, 30, 3)
        self.assertTrue(torch.equal(one(x), other(x)))
        self.assertEqual(sorted(one.state_dict()), ["_extra_state", "position", "weight"])

    def test_sigma_is_in_the_state_and_in_copies(self):
        one, other, file = Delays(3, 4, 8, sharing="axonal"), Delays(3, 4, 8, sharing="axonal"), io.BytesIO()
        one.sigma = 1.25
        other.load_state_dict(one.state_dict())
        torch.save(torch.nn.Sequential(one), file)
        file.seek(0)
        x = torch.randn(2, 30, 3)
        for copied in (other, copy.deepcopy(one), torch.load(file, weights_only=False)[0]):
            self.assertEqual((copied.sigma, copied.max_delay), (1.25, 8))
            self.assertTrue(torch.equal(one(x), copied(x)))

    def test_gradients_have_the_sigma_of_their_pass(self):
        layer, x = Delays(3, 4), torch.randn(2, 30, 3)

        def gradient(sigma):
            layer.sigma = 1.5
            output = (layer(x) ** 2).sum()
            layer.sigma = sigma
            layer(x)
            layer.zero_grad()
            output.backward()
            return layer.weight.grad.clone()

        self.assertTrue(torch.equal(gradient(0.5), gradient(1.5)))

    def test_one_layer_in_threads(self):
        layer, wrong = Delays(3, 4), []
        inputs = [torch.randn(n, 9, 3) for n in (1, 2, 3)]

        def passed(x):
            x = x.clone().requires_grad_()
            output = layer(x)
            (output ** 2).sum().backward(inputs=[x])
            return output.detach(), x.grad

        expected = [passed(x) for x in inputs]

        def work(n):
            try:
                for _ in range(60):
                    found = passed(inputs[n])
                    if not all(map(torch.equal, found, expected[n])):
                        wrong.append("other numbers")
            except Exception as error:
                wrong.append(repr(error))

        threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_evaluation_has_no_gradients(self):
        layer = Delays(3, 4).eval()
        with self.assertRaisesRegex(RuntimeError, "has whole delays after eval"):
            layer(torch.randn(2, 30, 3)).sum().backward()


def state_of(sizes, each, norm=True, plif=False):
    """A state dict as SNN-delays has it, of torch's tensors."""
    state, at = {}, 0
    for k, (i, o) in enumerate(zip(sizes, sizes[1:])):
        last = k == len(sizes) - 2
        state[f"model.{at}.weight"] = torch.randn(o, i, each) * 0.8
        state[f"model.{at}.P"] = torch.rand(1, o, i, each) * 8 - 4
        state[f"model.{at}.SIG"] = torch.full((1, o, i, each), 0.23)
        at += 1
        if norm and not last:
            state[f"model.{at}.weight"], state[f"model.{at}.bias"] = torch.rand(o) + 0.5, torch.randn(o)
            state[f"model.{at}.running_mean"], state[f"model.{at}.running_var"] = torch.randn(o), torch.rand(o) + 0.5
            state[f"model.{at}.num_batches_tracked"] = torch.tensor(0)
            at += 1
        if plif:
            state[f"model.{at}.w"] = torch.tensor(-1.5 - k)
        at += 1 if last else 2
    return state


def loop(state, x, *, tau, order):
    """Evaluation of such a network, neuron by neuron, in double precision: potentials of the readout [B, T, O]."""
    state = {key: value.double() for key, value in state.items()}
    names = [key[:-2] for key in state if key.endswith(".P")]
    for k, name in enumerate(names):
        number, last = int(name.split(".")[1]), k == len(names) - 1
        weight, position = state[f"{name}.weight"], state[f"{name}.P"][0].round()
        current = torch.zeros(*x.shape[:2], weight.shape[0], dtype=torch.float64)
        for tap in range(9):
            delay, carried = 8 - tap, (weight * (position + 4 == tap)).sum(2)
            current[:, delay:] += x[:, :x.shape[1] - delay] @ carried.T
        norm, bias = f"model.{number + 1}", state.get(f"{name}.bias")
        if bias is not None:
            current = current + bias
        if f"{norm}.running_mean" in state:
            current = ((current - state[f"{norm}.running_mean"]) / (state[f"{norm}.running_var"] + 1e-5).sqrt() *
                       state[f"{norm}.weight"] + state[f"{norm}.bias"])
        w = state.get(f"model.{number + 2 - last}.w")
        decay = 1 - (torch.sigmoid(w) if w is not None else 1 / tau)
        v, kept, out = torch.zeros_like(current[:, 0]), torch.zeros_like(current[:, 0]), []
        for t in range(x.shape[1]):
            if order == "update_first":
                v = decay * v + current[:, t]
                spike = (v > 1).double() if not last else 0 * v
                out.append(v if last else spike)
                v = v * (1 - spike)
            else:
                spike = (v > 1).double() if not last else 0 * v
                v = (decay * v + kept) * (1 - spike)
                out.append(v if last else spike)
                kept = current[:, t]
        x = torch.stack(out, 1)
    return x


class Dcls(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(3)
        self.x = torch.rand(4, 30, 5)

    def potentials(self, net):
        workspace = snndelay.Workspace(net, 4, 30, gradients=False)
        workspace.forward(self.x, "evaluate")
        return torch.from_numpy(workspace.record(net.layers[-1])).transpose(0, 1).double()

    def test_evaluation_is_theirs(self):
        for order in ("update_first", "paper"):
            for given in ({"each": 1}, {"each": 2, "plif": True}):
                state = state_of([5, 12, 10, 3], **given)
                net = snndelay.from_dcls(state, max_delay=8, order=order, lif={"tau": 4.0}, dropout=0.4)
                expected = loop(state, self.x.double(), tau=4.0, order=order)
                self.assertGreater(expected.abs().max(), 0.1)
                torch.testing.assert_close(self.potentials(net), expected, rtol=1e-4, atol=1e-4)

    def test_a_bias_goes_into_batch_norm(self):
        state = state_of([5, 12, 3], 1)
        state["model.0.bias"] = torch.randn(12)
        net = snndelay.from_dcls(state, max_delay=8, lif={"tau": 4.0}, order="update_first")
        torch.testing.assert_close(self.potentials(net), loop(state, self.x.double(), tau=4.0, order="update_first"),
                                   rtol=1e-4, atol=1e-4)
        state["model.4.bias"] = torch.randn(3)
        with self.assertRaisesRegex(ValueError, "model.4.bias is not 0, and no batch norm follows"):
            snndelay.from_dcls(state, max_delay=8)

    def test_round_trip(self):
        for given in ({}, {"norm": False}, {"plif": True}):
            state = state_of([5, 12, 10, 3], 2, **given)
            back = snndelay.to_dcls(snndelay.from_dcls(state, max_delay=8, dropout=0.25))
            self.assertEqual(list(back), list(state))
            for key, value in state.items():
                self.assertTrue(torch.equal(torch.from_numpy(np.asarray(back[key])), value), key)

    def test_what_cannot_be_is_named(self):
        state = state_of([5, 12, 3], 1)
        with self.assertRaisesRegex(ValueError, "model.9 has kernel, which is neither"):
            snndelay.from_dcls({**state, "model.9.kernel": torch.ones(1)}, max_delay=8)
        with self.assertRaisesRegex(snndelay.Error, "position"):
            snndelay.from_dcls(state, max_delay=4)
        with self.assertRaisesRegex(ValueError, "no Dcls1d"):
            snndelay.from_dcls({})
        ones, weights = np.ones((12, 5, 1)), [np.ones((12, 5, 1)), np.ones((3, 12, 1))]
        for change, given, said in (
                ({"model.0.P": torch.zeros(1, 5, 12, 1)}, {}, r"model.0.P has the shape \(1, 5, 12, 1\)"),
                ({"model.0.weight": torch.zeros(12, 5)}, {}, "model.0.weight has the shape"),
                ({"model.0.weight": torch.zeros(12)}, {}, "model.0.weight has the shape"),
                ({"model.0.weight": None}, {}, "model.0 has P, SIG, which is neither"),
                ({"model.0.SIG": torch.zeros(0)}, {}, "SIG has no number"),
                ({"model.0.bias": torch.ones(1)}, {}, r"model.0.bias has the shape \(1,\); expected \(12,\)"),
                ({"model.1.running_var": None}, {}, "model.1 has"),
                ({"model.1.running_var": torch.ones(5)}, {}, "running_var of the batch norm after model.0"),
                ({"model.2.w": torch.ones(4)}, {}, "w of a ParametricLIFNode"),
                ({f"model.{n}.{name}": torch.ones(3) for n in (8, 9) for name in ("running_mean", "running_var")}, {},
                 "model.9 is the second of its kind"),
                ({"model.1.bias": None}, {}, "model.1 has"),
                ({"epoch": torch.ones(1)}, {}, "epoch belongs to no module"),
                ({"model_state_dict": state}, {}, "model_state_dict has a dict in place of a tensor"),
                ({}, {"signs": weights[:1]}, "there are 1 arrays of signs; expected 2"),
                ({}, {"signs": [ones[:, :1], weights[1]]}, r"signs of model.0 has the shape \(12, 1, 1\)"),
                ({}, {"signs": [7 * ones, weights[1]]}, "a number other than 1 and -1")):
            changed = {key: value for key, value in {**state, **change}.items() if value is not None}
            with self.assertRaisesRegex(ValueError, said):
                snndelay.from_dcls(changed, max_delay=8, **given)
        with self.assertRaisesRegex(TypeError, "the state is of type list"):
            snndelay.from_dcls([])

    def test_a_batch_norm_without_weight_and_bias(self):
        state = state_of([5, 12, 3], 1)
        del state["model.1.weight"], state["model.1.bias"]
        norm = snndelay.from_dcls(state, max_delay=8).layers[1]
        self.assertEqual((set(norm.scale), set(norm.shift)), ({1}, {0}))

    def test_chains_that_they_do_not_have(self):
        for chain, said in (([], "the last layer is missing"), (["delays", "lif"], "the last layer is lif"),
                            (["delays", "delays", "leaky_integrator"], "delays 4 -> 4> is behind delays"),
                            (["delays", "leaky_integrator", "delays"], "is behind leaky_integrator"),
                            (["delays", "lif", "batch_norm"], "batch_norm 4 -> 4> is behind lif"),
                            (["delays", "adaptive_lif"], "adaptive_lif 4 -> 4> is behind delays"),
                            (["batch_norm"], "is the first layer; in their chain there is delays")):
            net = snndelay.Network(4)
            for kind in chain:
                getattr(net, f"add_{kind}")(*[4] * (kind == "delays"))
            with self.assertRaisesRegex(ValueError, said):
                snndelay.to_dcls(net)


if __name__ == "__main__":
    unittest.main()
